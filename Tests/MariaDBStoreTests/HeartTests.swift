import AppPasswordCore
import Locks
import Testing

@testable import MariaDBStore

/// What a heart knows of a replica by the beat that it shows.
struct HeartTests {
    private static let gone = BackendError("database", .timedOut, detail: "gone")

    @Test func `a replica that shows a beat before the primary has confirmed it is no further behind for that`()
        async throws
    {
        let seen = Mutex<[(lag: Duration?, isBeating: Bool)]>([])
        let hearts = Mutex<[Heart]>([])
        let heart = Heart(interval: .milliseconds(250)) { beat throws(BackendError) in
            // As a node of Galera does, while the writer waits for its own commit.
            guard let heart = hearts.withLock({ $0.first }) else { return }
            let now = ContinuousClock.now
            let told = (heart.lag(of: beat, at: now), heart.isBeating(within: .seconds(60), at: now))
            seen.withLock { $0.append(told) }
        }
        hearts.withLock { $0 = [heart] }
        let (beat, moment) = try await heart.beatNow()
        let told = try #require(seen.withLock { $0.first })
        #expect(try #require(told.lag) >= .zero)
        #expect(!told.isBeating, "nothing is known to have been written yet")
        #expect(heart.isBeating(within: .seconds(60), at: .now))
        #expect(heart.lag(of: beat, at: moment + .seconds(3)) == .seconds(3))
        #expect(heart.lag(of: beat + 1, at: .now) == nil && heart.lag(of: 0, at: .now) == nil)
        hearts.withLock { $0 = [] }
    }

    @Test func `a beat that is in doubt counts if it is shown, and is none that can be waited for`() async throws {
        let fails = Mutex(false)
        let troubles = Mutex<[Bool]>([])
        let heart = Heart(
            interval: .milliseconds(250),
            write: { _ throws(BackendError) in if fails.withLock({ $0 }) { throw Self.gone } },
            troubled: { trouble in troubles.withLock { $0.append(trouble != nil) } })
        let first = try await heart.beatNow()
        fails.withLock { $0 = true }
        await #expect(throws: BackendError.self) { _ = try await heart.beatNow() }
        #expect(heart.lag(of: first.beat + 1, at: .now) != nil)
        #expect(heart.lag(of: first.beat, at: first.moment + .seconds(2)) == .seconds(2))
        #expect(heart.isBeating(within: .seconds(1), at: first.moment + .seconds(1)))
        #expect(!heart.isBeating(within: .seconds(1), at: first.moment + .seconds(1.01)))
        #expect(troubles.withLock { $0 } == [false, true])
    }

    @Test func `it tidies up once, after the first beat that was written`() async throws {
        let fails = Mutex(true)
        let tidied = Mutex(0)
        let heart = Heart(
            interval: .zero, write: { _ throws(BackendError) in if fails.withLock({ $0 }) { throw Self.gone } },
            tidy: { tidied.withLock { $0 += 1 } })
        await #expect(throws: BackendError.self) { _ = try await heart.beatNow() }
        fails.withLock { $0 = false }
        // Each runs after what the one before has left to do.
        for _ in 0..<3 { _ = try await heart.beatNow() }
        #expect(tidied.withLock { $0 } == 1)
    }

    @Test(
        arguments: [
            ([], true), ([("slave_parallel_workers", "0"), ("slave_preserve_commit_order", "OFF")], true),
            ([("replica_parallel_workers", "1"), ("replica_preserve_commit_order", "OFF")], true),
            ([("replica_parallel_workers", "4"), ("replica_preserve_commit_order", "ON")], true),
            ([("replica_parallel_workers", "4"), ("replica_preserve_commit_order", "OFF")], false),
            (
                [
                    ("replica_parallel_workers", "4"), ("replica_preserve_commit_order", "0"),
                    ("slave_parallel_workers", "4"), ("slave_preserve_commit_order", "0"),
                ], false
            ),
        ] as [([(String, String)], Bool)])
    func `a replica that applies in any order is told by its variables`(values: [(String, String)], isKept: Bool) {
        #expect(ApplyingOrder.isKept(values.map { (name: $0.0, value: $0.1) }) == isKept)
    }
}
