import BlockingLanes
import Dispatch
import Foundation
import Locks
import Testing

struct BlockingLanesTests {
    /// A connection that tells when it goes.
    final class Connection {
        let number: Int
        private let gone: @Sendable () -> Void
        init(number: Int, gone: @escaping @Sendable () -> Void) { (self.number, self.gone) = (number, gone) }
        deinit { gone() }
    }

    enum Failure: Error, Equatable {
        case refused(LaneRefusal)
        case ours
    }

    private func lanes(_ count: Int, queue: Int = 100, gone: @escaping @Sendable () -> Void = {})
        -> BlockingLanes<Connection, Failure>
    {
        let opened = Box(0)
        return BlockingLanes(name: "test", count: count, queueLimit: queue, refusal: { Failure.refused($0) }) {
            Connection(
                number: opened.value.withLock {
                    $0 += 1; return $0
                }, gone: gone)
        }
    }

    @Test func `the load says how many lanes are busy and how many calls wait`() async throws {
        let lanes = lanes(2)
        let gate = DispatchSemaphore(value: 0)
        #expect(lanes.load == LaneLoad(busy: 0, idle: 2, waiting: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await lanes.run(within: .seconds(30)) { _, _ in gate.wait() }
                }
            }
            while lanes.load != LaneLoad(busy: 2, idle: 0, waiting: 1) { await Task.yield() }
            for _ in 0..<3 { gate.signal() }
            try await group.waitForAll()
        }
        while lanes.load != LaneLoad(busy: 0, idle: 2, waiting: 0) { await Task.yield() }
    }

    @Test func `a job runs on a thread of its own and its answer comes back`() async throws {
        let lanes = lanes(1)
        let (number, name) = try await lanes.run(within: .seconds(30)) { connection, _ in
            (connection.number, try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8))
        }
        #expect(number == 1)
        #expect(name == "test\n")
    }

    @Test func `what a job throws comes back`() async {
        let lanes = lanes(1)
        await #expect(throws: Failure.ours) {
            try await lanes.run(within: .seconds(30)) { _, _ throws(Failure) -> Int in throw .ours }
        }
    }

    @Test func `each lane has one connection and jobs on it never overlap`() async throws {
        let lanes = lanes(3, queue: 300)
        let busy = Box([Int: Int]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    try await lanes.run(within: .seconds(60)) { connection, _ in
                        let atOnce = busy.value.withLock {
                            $0[connection.number, default: 0] += 1
                            return $0[connection.number]
                        }
                        #expect(atOnce == 1)
                        #expect((1...3).contains(connection.number))
                        busy.value.withLock { $0[connection.number, default: 0] -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a caller is answered at its deadline though the job hangs, and the lane serves again afterwards`()
        async throws
    {
        let lanes = lanes(1)
        let gate = DispatchSemaphore(value: 0)
        let started = AsyncStream.makeStream(of: Void.self)
        async let hanging: Void = lanes.run(within: .seconds(1)) { _, _ in
            started.continuation.yield()
            _ = gate.wait(timeout: .now() + 60)
        }
        for await _ in started.stream { break }  // the lane is taken
        // Queued behind it: its deadline passes before a lane is free.
        await #expect(throws: Failure.refused(.timedOut)) {
            try await lanes.run(within: .milliseconds(50)) { _, _ in Issue.record("ran after its deadline") }
        }
        do {
            try await hanging
            Issue.record("answered by a job that hangs")
        } catch { #expect(error as? Failure == .refused(.timedOut)) }
        gate.signal()
        #expect(try await lanes.run(within: .seconds(30)) { connection, _ in connection.number } == 1)
    }

    @Test func `a short deadline is kept behind a long one`() async throws {
        let lanes = lanes(1)
        let gate = DispatchSemaphore(value: 0)
        _ = try await lanes.run(within: .seconds(300)) { _, _ in 0 }  // the watcher now sleeps for minutes
        async let long: Void = lanes.run(within: .seconds(300)) { _, _ in _ = gate.wait(timeout: .now() + 60) }
        await #expect(throws: Failure.refused(.timedOut)) {
            try await lanes.run(within: .milliseconds(50)) { _, _ in _ = gate.wait(timeout: .now() + 60) }
        }
        gate.signal()
        gate.signal()
        try await long
    }

    @Test func `one call more than the queue holds is refused at once`() async throws {
        let lanes = lanes(1, queue: 2)
        let gate = DispatchSemaphore(value: 0)
        let started = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Failure?.self) { group in
            let hold: @Sendable () async -> Failure? = {
                do throws(Failure) {
                    try await lanes.run(within: .seconds(60)) { _, _ in
                        started.continuation.yield()
                        _ = gate.wait(timeout: .now() + 60)
                    }
                    return nil
                } catch { return error }
            }
            group.addTask { await hold() }
            for await _ in started.stream { break }  // the lane is taken
            for _ in 0..<3 { group.addTask { await hold() } }
            // Two wait, the third is refused; it is the first of all to be answered.
            #expect(await group.next() == .refused(.overloaded))
            for _ in 0..<3 { gate.signal() }
            for await failure in group { #expect(failure == nil) }
        }
    }

    @Test func `of several free lanes the one that was last used gets the next call`() async throws {
        let lanes = lanes(4)
        var numbers: Set<Int> = []
        for _ in 0..<50 {
            numbers.insert(try await lanes.run(within: .seconds(30)) { connection, _ in connection.number })
            while lanes.load.busy > 0 { await Task.yield() }  // the answer is there before the lane is free
        }
        #expect(numbers.count == 1)
    }

    /// Lanes of which no more than `most` can have a connection at a time; a job on another fails with `.ours`.
    private func scarce(_ count: Int, most: Int) -> BlockingLanes<Scarce, Failure> {
        let left = Box(most)
        return BlockingLanes(
            name: "test", count: count, queueLimit: 1000, refusal: { Failure.refused($0) }, isReady: { $0.isOpen },
            mayOpen: { left.value.withLock { $0 > 0 } }, belongsElsewhere: { $0 == .ours },
            open: { Scarce(left: left) })
    }

    /// A connection of which there are not enough.
    final class Scarce {
        private(set) var isOpen = false
        private let left: Box<Int>
        init(left: Box<Int>) { self.left = left }

        func use() throws(Failure) {
            guard !isOpen else { return }
            isOpen = left.value.withLock { left in
                left -= 1
                return left >= 0
            }
            if !isOpen { throw .ours }
        }
    }

    private func uses(_ count: Int, of lanes: BlockingLanes<Scarce, Failure>) async -> [Failure?] {
        await withTaskGroup(of: Failure?.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do throws(Failure) {
                        try await lanes.run(within: .seconds(60)) { connection, _ throws(Failure) in
                            try connection.use()
                            usleep(200)
                        }
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test(arguments: [(8, 4), (8, 1), (2, 1), (3, 3)])
    func `a call that finds no connection on its lane is done on a lane that has one`(count: Int, most: Int) async {
        let lanes = scarce(count, most: most)
        for _ in 0..<20 { #expect(await uses(40, of: lanes) == Array(repeating: nil, count: 40)) }
        for _ in 0..<40 { #expect(await uses(1, of: lanes) == [nil]) }
    }

    @Test func `if no lane has a connection, each call fails, and none waits for its deadline`() async {
        let lanes = scarce(4, most: 0)
        let start = ContinuousClock.now
        #expect(await uses(40, of: lanes) == Array(repeating: .ours, count: 40))
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func `connections go when the lanes do`() async throws {
        let gone = AsyncStream.makeStream(of: Void.self)
        var lanes: BlockingLanes<Connection, Failure>? = lanes(3) { gone.continuation.yield() }
        _ = try await lanes?.run(within: .seconds(30)) { _, _ in 0 }
        lanes = nil
        var count = 0
        for await _ in gone.stream {
            count += 1
            if count == 3 { break }
        }
    }
}

/// A value several threads may change.
final class Box<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
