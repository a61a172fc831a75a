import TestKit
import AppPasswordCore
import SHA512CryptLanes
import Testing

@testable import PasswordSchemes

/// The same password many times at once.
struct HashFlightsTests {
    private let checker = HeldChecker()
    private let log = RecordedLog()
    private let rows = [row(1, cheapHash("secret 1")), row(2, cheapHash("secret 2"))]

    /// What became of a login.
    private enum Answer: Hashable, Sendable {
        case row(Int64?)
        case trouble(String)
    }

    private func verifier(_ change: (inout HashingVerifier.Configuration) -> Void = { _ in }) -> HashingVerifier {
        var configuration = HashingVerifier.Configuration()
        change(&configuration)
        return HashingVerifier(configuration, checker: checker, clock: HandClock(), logger: log.logger)
    }

    private static func answer(
        _ verifier: HashingVerifier, _ password: String, _ rows: [AppPassword], from address: String = "192.0.2.1"
    ) async -> Answer {
        do {
            return .row(try await verifier.id(password, rows, from: address))
        } catch {
            return .trouble("\(error)")
        }
    }

    private func start(
        _ number: Int, _ verifier: HashingVerifier, _ password: String, _ rows: [AppPassword]? = nil
    ) -> [Task<Answer, Never>] {
        let rows = rows ?? self.rows
        return (0..<number).map { _ in Task { await Self.answer(verifier, password, rows) } }
    }

    private func counted(_ tasks: [Task<Answer, Never>]) async -> [Answer: Int] {
        var result: [Answer: Int] = [:]
        for task in tasks { result[await task.value, default: 0] += 1 }
        return result
    }

    private func until(_ condition: () -> Bool) async { while !condition() { await Task.yield() } }

    @Test(
        .timeLimit(.minutes(1)), arguments: [("secret 2", Int64?(2)), ("wrong", nil)], [Duration.zero, .seconds(3600)])
    func `it is hashed once, with and without a cache`(
        login: (password: String, id: Int64?), ttl: Duration
    ) async throws {
        let verifier = verifier { $0.matchLifetime = ttl }
        let tasks = start(100, verifier, login.password)
        await until { verifier.flights.waiting == 99 && checker.held == 1 }
        checker.letGo()
        #expect(await counted(tasks) == [.row(login.id): 100])
        #expect(checker.hashed == 2)
        #expect(verifier.flights.waiting == 0)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [PasswordVerifierError.overloaded, .timedOut])
    func `if who came first does not find out, the next one does, for all others`(
        failure: PasswordVerifierError
    ) async throws {
        let verifier = verifier()
        let tasks = start(20, verifier, "secret 1")
        await until { verifier.flights.waiting == 19 }
        for left in [18, 17] {
            await checker.failOne(with: failure)
            await until { checker.held == 1 && verifier.flights.waiting == left }
        }
        checker.letGo()
        #expect(await counted(tasks) == [.row(1): 18, .trouble("\(failure)"): 2])
        #expect(checker.hashed == 2)
    }

    @Test(.timeLimit(.minutes(1))) func `a guess counts although the one that it was counted for gave up`() async throws
    {
        let verifier = verifier {
            $0.guessLimits.perNetwork = 1
            $0.guessLimits.perAccountAndNetwork = 1
        }
        let tasks = start(2, verifier, "wrong")
        await until { verifier.flights.waiting == 1 }
        await checker.failOne(with: .timedOut)
        await until { checker.held == 1 }
        checker.letGo()
        #expect(await counted(tasks) == [.row(nil): 1, .trouble("timedOut"): 1])
        #expect(await Self.answer(verifier, "wrong 2", rows) == .trouble("tooManyGuesses"))
    }

    @Test(.timeLimit(.minutes(1))) func `those who wait are bounded, and take nothing from other passwords`()
        async throws
    {
        let verifier = verifier { $0.sharing = 8 }
        let flood = start(200, verifier, "wrong")
        await until { verifier.flights.waiting == 4 }
        let others = start(3, verifier, "secret 1")
        await until { verifier.flights.waiting == 6 }
        checker.letGo()
        #expect(await counted(others) == [.row(1): 3])
        let answers = await counted(flood)
        // Who came late found it in the cache.
        #expect(answers[.row(nil), default: 0] >= 5)
        #expect(answers[.row(nil), default: 0] + answers[.trouble("overloaded"), default: 0] == 200)
        #expect(checker.hashed == 4)
    }

    @Test(.timeLimit(.minutes(1))) func `what is found is of the hashes; who wins is each login's own to say`()
        async throws
    {
        let same = ["a", "b"].map { cheapHash("same", salt: "salt\($0)") }
        let verifier = verifier { $0.matchLifetime = .zero }
        let first = start(1, verifier, "same", [row(1, same[0]), row(2, same[1], isDeleted: true)])
        await until { checker.held == 1 }
        let later = start(1, verifier, "same", [row(1, same[0], isDeleted: true), row(2, same[1])])
        await until { verifier.flights.waiting == 1 }
        checker.letGo()
        #expect(await counted(first) == [.row(1): 1])
        #expect(await counted(later) == [.row(2): 1])
    }

    @Test(.timeLimit(.minutes(2)))
    func `six hundred connections with one wrong password cost one hash and keep nobody out`()
        async throws
    {
        var bounds = LaneHashChecker.Configuration()
        bounds.logins = 8
        let checker = LaneHashChecker(bounds, logger: log.logger)
        var configuration = HashingVerifier.Configuration()
        configuration.matchLifetime = .zero
        configuration.deadline = .seconds(60)  // shared machines
        let verifier = HashingVerifier(configuration, checker: checker, logger: log.logger)
        let bert = [row(3, cheapHash("bert's"), uid: "bert")]
        for round in 0..<3 {
            let flood = start(600, verifier, "wrong", [rows[0]])
            let right = start(1, verifier, "bert's", bert)
            #expect(await counted(right) == [.row(3): 1], "round \(round)")
            #expect(await counted(flood)[.trouble("tooManyGuesses")] == nil)
        }
        #expect(checker.statistics.closures == 4)
        await checker.shutDown()
    }
}
