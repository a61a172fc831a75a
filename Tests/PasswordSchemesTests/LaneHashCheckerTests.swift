import AppPasswordCore
import Foundation
import Locks
import Testing

@testable import PasswordSchemes

struct HashingThreadsTests {
    /// A check that stands still until it is let go, and says when it has started.
    private final class Gate: Sendable {
        private let started = DispatchSemaphore(value: 0)
        private let open = DispatchSemaphore(value: 0)
        private let count = Mutex(0)

        var checked: Int { count.withLock { $0 } }

        func check(_ password: Password, _ hash: StoredHash, _ scratch: CryptScratch) -> HashOutcome {
            count.withLock { $0 += 1 }
            started.signal()
            open.wait()
            return .mismatch
        }

        /// Waits, on a thread of its own, until a check has started.
        func hasStarted() async {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [started] in
                    started.wait()
                    continuation.resume()
                }
            }
        }

        func letGo(_ number: Int) { for _ in 0..<number { open.signal() } }
    }

    private static func hash() throws -> StoredHash { try StoredHash(cheapHash("secret")) }

    private static func threads(_ gate: Gate, threads: Int = 1, waiting: Int) -> HashingThreads {
        var configuration = HashingThreads.Configuration()
        configuration.threads = threads
        configuration.waiting = waiting
        return HashingThreads(configuration) { gate.check($0, $1, $2) }
    }

    @Test func `it says which hash matches and looks no further`() async throws {
        let hashes = try ["one", "two", "three"].map { try StoredHash(cheapHash($0)) }
        let findings = try await HashingThreads().check(Password("two"), against: hashes)
        #expect(findings == [HashFinding(index: 0, outcome: .mismatch), HashFinding(index: 1, outcome: .match)])
        let none = try await HashingThreads().check(Password("four"), against: hashes)
        #expect(none.map(\.outcome) == [.mismatch, .mismatch, .mismatch])
    }

    @Test func `what finds no room is refused at once, and there is room again afterwards`() async throws {
        let gate = Gate()
        let threads = Self.threads(gate, waiting: 2)
        let hash = try Self.hash()
        async let running = threads.check(Password("a"), against: [hash])
        await gate.hasStarted()
        async let first = threads.check(Password("b"), against: [hash])
        async let second = threads.check(Password("c"), against: [hash])
        while threads.waiting < 2 { await Task.yield() }
        await #expect(throws: PasswordVerifierError.overloaded) {
            try await threads.check(Password("d"), against: [hash])
        }
        gate.letGo(4)
        #expect(try await [running, first, second].allSatisfy { $0 == [HashFinding(index: 0, outcome: .mismatch)] })
        #expect(try await threads.check(Password("e"), against: [hash]).count == 1)
        #expect(gate.checked == 4)
    }

    @Test func `a cancelled login stops waiting at once and frees its place`() async throws {
        let gate = Gate()
        let threads = Self.threads(gate, waiting: 1)
        let hash = try Self.hash()
        let running = Task { try await threads.check(Password("a"), against: [hash, hash]) }
        await gate.hasStarted()
        let waiting = Task { try await threads.check(Password("b"), against: [hash]) }
        while threads.waiting < 1 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: PasswordVerifierError.timedOut) { try await waiting.value }
        #expect(threads.waiting == 0)
        // One that runs ends after the hash in hand; its second is not begun.
        running.cancel()
        await #expect(throws: PasswordVerifierError.timedOut) { try await running.value }
        gate.letGo(2)
        #expect(try await threads.check(Password("c"), against: [hash]).count == 1)
        #expect(gate.checked == 2)
        // One that was cancelled before it began does not even queue.
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await threads.check(Password("d"), against: [hash])
        }
        late.cancel()
        await #expect(throws: PasswordVerifierError.timedOut) { try await late.value }
    }

    @Test func `memory is given out by first come, and only those that need none overtake`() throws {
        let queue = HashingQueue(limit: 10, memoryLimit: 64 << 20)
        let light = try Self.hash()
        let salt = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        let heavy = try StoredHash("{ARGON2ID}$argon2id$v=19$m=65536,t=1,p=1$\(salt)")
        let middling = try StoredHash("{ARGON2ID}$argon2id$v=19$m=8192,t=1,p=1$\(salt)")
        let tooHeavy = try StoredHash("{ARGON2ID}$argon2id$v=19$m=262144,t=1,p=1$\(salt)")
        let jobs = [[middling], [heavy, light], [middling], [light], [tooHeavy]].map { HashingJob(Password("x"), $0) }
        for job in jobs { #expect(queue.add(job)) }
        #expect(queue.next() === jobs[0])
        #expect(queue.next() === jobs[3])  // jobs[1] does not fit, and jobs[2] may not overtake it
        queue.done(jobs[3])
        queue.done(jobs[0])
        #expect(queue.next() === jobs[1])
        queue.done(jobs[1])
        #expect(queue.next() === jobs[2])
        queue.done(jobs[2])
        #expect(queue.next() === jobs[4])  // more than the limit: alone
        queue.close()
        #expect(queue.next() == nil)
        #expect(!queue.add(jobs[0]))
    }

    @Test func `a deadline that passes ends the wait`() async throws {
        let gate = Gate()
        let threads = Self.threads(gate, waiting: 8)
        let clock = ManualClock()
        let hash = try Self.hash()
        let login = Task {
            try await withDeadline(.seconds(5), MonotonicTime(clock)) { () throws(PasswordVerifierError) in
                try await threads.check(Password("a"), against: [hash])
            }
        }
        await gate.hasStarted()
        await clock.waitForSleeper()
        clock.advance(by: .milliseconds(4999))
        clock.advance(by: .milliseconds(1))
        await #expect(throws: PasswordVerifierError.timedOut) { try await login.value }
        gate.letGo(1)
    }

    @Test func `threads go when their owner goes, and take those that wait along`() async throws {
        let gate = Gate()
        var threads: HashingThreads? = Self.threads(gate, waiting: 8)
        weak let weakly = threads
        let hash = try Self.hash()
        let running = Task { [threads] in try await threads?.check(Password("a"), against: [hash]) }
        await gate.hasStarted()
        threads = nil
        gate.letGo(1)
        #expect(try await running.value?.count == 1)
        while weakly != nil { await Task.yield() }
    }
}
