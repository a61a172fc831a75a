import TestKit
import AppPasswordCore
import Foundation
import SHA512CryptLanes
import Locks
import Testing

@testable import PasswordSchemes

@Suite(.timeLimit(.minutes(2)))
struct LaneHashCheckerTests {
    /// A check that stands still until it is let go, and says when it has started.
    private final class Gate: Sendable {
        private let started = DispatchSemaphore(value: 0)
        private let open = DispatchSemaphore(value: 0)
        private let count = Mutex(0)

        var checked: Int { count.withLock { $0 } }

        func check(_ password: Password, _ hash: StoredHash) -> HashOutcome {
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

    private let log = RecordedLog()
    private let soon = ContinuousClock.now + .seconds(60)

    /// Checks `$1$` hashes, and those of other schemes that have no lanes, as it is told.
    private func checker(
        threads: Int = 1, logins: Int = 256, engine: LaneEngine? = nil,
        check: @escaping @Sendable (Password, StoredHash) -> HashOutcome
    ) -> LaneHashChecker {
        var configuration = LaneHashChecker.Configuration()
        (configuration.threads, configuration.logins, configuration.engine) = (threads, logins, engine)
        return LaneHashChecker(configuration, logger: log.logger, reference: { _, _ in nil }, check: check)
    }

    private func checker(threads: Int = 2, together: Int = 256, engine: LaneEngine?) -> LaneHashChecker {
        var configuration = LaneHashChecker.Configuration()
        (configuration.threads, configuration.together, configuration.engine) = (threads, together, engine)
        return LaneHashChecker(configuration, logger: log.logger)
    }

    /// `$6$` with as few rounds as there may be.
    private static func hash(_ secret: String, salt: String = "salt") throws -> StoredHash {
        let setting = Array("$6$rounds=1000$\(salt)$".utf8)
        return try StoredHash("{CRYPT}" + (CryptScratch().hash(Array(secret.utf8), setting: setting) ?? ""))
    }

    private func cheap(_ secret: String = "secret") throws -> StoredHash { try StoredHash(cheapHash(secret)) }

    private func outcomes(_ findings: [HashFinding]) -> [Int: HashOutcome] {
        Dictionary(uniqueKeysWithValues: findings.map { ($0.index, $0.outcome) })
    }

    // MARK: Lanes

    @Test(arguments: [LaneEngine.best, LaneEngine(.avx2), nil])
    func `lanes and libcrypt give the same answers, up to the longest password and beyond`(
        engine: LaneEngine?
    ) async throws {
        let checker = checker(engine: engine)
        #expect(checker.instructionSet == engine?.instructionSet)
        for length in [1, 19, 64, 200, 510, 511, 512, 600] {
            let secret = String(repeating: "x", count: length)
            let cut = String(secret.prefix(511))
            for (stored, matches) in [(try Self.hash(cut), length <= 511), (try Self.hash("other"), false)] {
                let expected = HashFinding(index: 0, outcome: matches ? .match : .mismatch)
                #expect(stored.check(Password(secret), CryptScratch()) == expected.outcome)
                // Two, since a job that is alone is left to libcrypt.
                let hashes = [stored, stored]
                let findings = try await checker.check(Password(secret), against: hashes, odds: .even, deadline: soon)
                #expect(findings.first == expected, "\(length) bytes")
            }
        }
        #expect((checker.statistics.laneJobs > 0) == (engine != nil))
        #expect(log.lines.isEmpty)
        await checker.shutDown()
    }

    @Test(.enabled(if: LaneEngine.best != nil, "this CPU has no lanes"))
    func `how many rows are checked together depends on the odds and on who else waits`() async throws {
        let engine = try #require(LaneEngine.best)
        let checker = checker(threads: 1, engine: engine)
        let hashes = try (0..<20).map { try Self.hash("row \($0)", salt: "salt\($0)") }
        func number(_ odds: HashOdds) async throws -> Int {
            try await checker.check(Password("wrong"), against: hashes, odds: odds, deadline: soon).count
        }
        #expect(try await number(.amongFirst) == engine.width)
        #expect(try await number(.even) == 20)
        // With nothing else to do the lanes beside the likeliest row would go empty.
        var idle = 0
        while idle != engine.width { idle = try await number(.onFirst) }
        let long = try StoredHash("{CRYPT}$6$rounds=1000000$salt$" + String(repeating: ".", count: 86))
        let busy = Task { try await checker.check(Password("x"), against: [long, long], odds: .even, deadline: soon) }
        while try await number(.onFirst) != 1 { await Task.yield() }
        busy.cancel()
        await #expect(throws: PasswordVerifierError.timedOut) { try await busy.value }
        await checker.shutDown()
    }

    @Test func `a match ends the search, and rows before it have their answers`() async throws {
        for engine in [LaneEngine.best, nil] {
            let checker = checker(engine: engine)
            let hashes = try (0..<20).map { try Self.hash($0 == 5 ? "right" : "row \($0)", salt: "salt\($0)") }
            let findings = try await checker.check(Password("right"), against: hashes, odds: .even, deadline: soon)
            let outcomes = outcomes(findings)
            if engine == nil {
                #expect(outcomes == [0: .mismatch])  // one at a time
            } else {
                #expect(outcomes[5] == .match)
                #expect((0..<5).allSatisfy { outcomes[$0] == .mismatch })
            }
            await checker.shutDown()
        }
    }

    @Test func `of mixed schemes the lanes go first, unless the likeliest row is another's`() async throws {
        let engine = LaneEngine.best
        let checker = checker(engine: engine)
        let hashes = [try cheap("mine"), try Self.hash("six"), try cheap("other"), try Self.hash("seven")]
        func found(_ password: String, _ odds: HashOdds) async throws -> [Int: HashOutcome] {
            outcomes(try await checker.check(Password(password), against: hashes, odds: odds, deadline: soon))
        }
        #expect(try await found("mine", .onFirst) == [0: .match])
        if engine != nil {
            #expect(try await found("mine", .amongFirst) == [1: .mismatch, 3: .mismatch])
            #expect(try await found("seven", .even) == [1: .mismatch, 3: .match])
        }
        await checker.shutDown()
    }

    @Test(.enabled(if: LaneEngine.best != nil, "this CPU has no lanes"))
    func `lanes that disagree with libcrypt stay off, and that is logged`() async throws {
        let checker = LaneHashChecker(
            LaneHashChecker.Configuration(), logger: log.logger,
            reference: { password, setting in
                // As libcrypt, but for passwords of 64 bytes.
                CryptScratch().hash(
                    password.count == 64 ? [1] + password.dropFirst() : password, setting: Array(setting.utf8))
            },
            check: { $1.check($0, CryptScratch()) })
        #expect(checker.instructionSet == nil)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.hasPrefix("warning: SHA-512-crypt in SIMD lanes disagrees with libcrypt") == true)
        let findings = try await checker.check(
            Password("secret"), against: [Self.hash("secret")], odds: .even, deadline: soon)
        #expect(findings == [HashFinding(index: 0, outcome: .match)])
        #expect(checker.statistics.laneJobs == 0)
        await checker.shutDown()
    }

    // MARK: Every scheme

    @Test(arguments: PasswordScheme.allCases)
    func `every scheme is checked, and what is not a match says why`(scheme: PasswordScheme) async throws {
        let checker = LaneHashChecker(logger: log.logger)
        let stored = try StoredHash(scheme.hash(Password("secret")))
        let right = try await checker.check(Password("secret"), against: [stored], odds: .even, deadline: soon)
        #expect(right == [HashFinding(index: 0, outcome: .match)])
        let wrong = try await checker.check(Password("wrong"), against: [stored], odds: .even, deadline: soon)
        #expect(wrong == [HashFinding(index: 0, outcome: .mismatch)])
        await checker.shutDown()
    }

    @Test(arguments: [HashOutcome.broken, .outOfMemory])
    func `trouble with a hash is not a mismatch`(outcome: HashOutcome) async throws {
        let checker = checker { _, _ in outcome }
        let findings = try await checker.check(Password("x"), against: [cheap(), cheap()], odds: .even, deadline: soon)
        #expect(findings == [HashFinding(index: 0, outcome: outcome)])
        await checker.shutDown()
    }

    // MARK: Bounds

    @Test func `what finds no room is refused at once, and there is room again afterwards`() async throws {
        let gate = Gate()
        let checker = checker(logins: 3) { gate.check($0, $1) }
        let hash = try cheap()
        func check(_ password: String) async throws -> [HashFinding] {
            try await checker.check(Password(password), against: [hash], odds: .even, deadline: soon)
        }
        async let running = check("a")
        await gate.hasStarted()
        async let first = check("b")
        async let second = check("c")
        while checker.statistics.waiting < 2 { await Task.yield() }
        await #expect(throws: PasswordVerifierError.overloaded) { try await check("d") }
        gate.letGo(4)
        #expect(try await [running, first, second].allSatisfy { $0 == [HashFinding(index: 0, outcome: .mismatch)] })
        #expect(try await check("e").count == 1)
        #expect(gate.checked == 4)
        await checker.shutDown()
    }

    @Test func `a user with very many rows is served in pieces`() async throws {
        let checker = checker(together: 3, engine: .best)
        let hashes = try (0..<20).map { try Self.hash("row \($0)", salt: "salt\($0)") }
        let findings = try await checker.check(Password("wrong"), against: hashes, odds: .even, deadline: soon)
        #expect((1...3).contains(findings.count))
        #expect(findings.allSatisfy { $0.outcome == .mismatch })
        await checker.shutDown()
    }

    @Test func `a cancelled login stops waiting at once and frees its place`() async throws {
        let gate = Gate()
        let checker = checker(logins: 2) { gate.check($0, $1) }
        let hash = try cheap()
        let soon = soon
        func login(_ password: String) -> Task<[HashFinding], any Error> {
            Task { try await checker.check(Password(password), against: [hash], odds: .even, deadline: soon) }
        }
        let running = login("a")
        await gate.hasStarted()
        let waiting = login("b")
        while checker.statistics.waiting < 1 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: PasswordVerifierError.timedOut) { try await waiting.value }
        #expect(checker.statistics.waiting == 0)
        running.cancel()
        await #expect(throws: PasswordVerifierError.timedOut) { try await running.value }
        gate.letGo(2)
        #expect(try await login("c").value.count == 1)
        #expect(gate.checked == 2)
        await checker.shutDown()
    }

    @Test func `a deadline that has passed is kept, and memory-hard hashes take turns`() async throws {
        let gate = Gate()
        let checker = checker(threads: 2) { gate.check($0, $1) }
        let salt = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        let heavy = try StoredHash("{ARGON2ID}$argon2id$v=19$m=262144,t=1,p=1$\(salt)")
        let light = try cheap()
        await #expect(throws: PasswordVerifierError.timedOut) {
            try await checker.check(Password("a"), against: [light], odds: .even, deadline: .now)
        }
        async let first = checker.check(Password("a"), against: [heavy], odds: .even, deadline: soon)
        await gate.hasStarted()
        async let second = checker.check(Password("b"), against: [heavy], odds: .even, deadline: soon)
        while checker.statistics.waiting < 1 { await Task.yield() }
        // The other thread is free, but there is no memory for two; one that needs none overtakes.
        async let third = checker.check(Password("c"), against: [light], odds: .even, deadline: soon)
        await gate.hasStarted()
        #expect(checker.statistics.waiting == 1 && gate.checked == 2)
        gate.letGo(3)
        #expect(try await [first, second, third].allSatisfy { $0 == [HashFinding(index: 0, outcome: .mismatch)] })
        await checker.shutDown()
        await #expect(throws: PasswordVerifierError.overloaded) {
            try await checker.check(Password("d"), against: [light], odds: .even, deadline: soon)
        }
    }
}
