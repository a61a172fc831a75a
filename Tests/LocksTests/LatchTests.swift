import Locks
import Testing

@Suite(.timeLimit(.minutes(1))) struct LatchTests {
    private final class Diary: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func note(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test func `whoever gives up waiting leaves the others waiting`() async {
        let latch = Latch()
        await latch.wait(atMost: .zero)
        let diary = Diary()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await latch.wait()
                    diary.note("went on")
                }
            }
            for _ in 0..<1000 { await Task.yield() }
            diary.note("opened")
            latch.open()
        }
        #expect(diary.all == ["opened", "went on", "went on"])
    }

    @Test func `a task that is cancelled waits no longer`() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { await latch.wait() } }
            group.cancelAll()
        }
        let isOver = await withTaskGroup(of: Void.self, returning: Bool.self) { group in
            group.cancelAll()
            group.addTask { await latch.wait() }
            return await group.next() != nil
        }
        #expect(isOver)
    }

    @Test func `after it has happened nobody waits`() async {
        let latch = Latch()
        latch.open()
        await latch.wait()
        await latch.wait(atMost: .seconds(3600))
    }
}
