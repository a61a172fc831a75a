import AppPasswordCore
import AuditCore
import CRawCrypt
import Foundation
import Logging
import PasswordSchemes
import SHA512CryptLanes

/// What a login of a user with twenty app passwords costs, in hashes of libcrypt: CPU time of the process for many
/// logins beside that of as many `crypt_r`, taken in short turns in one run.
func twentyPasswordBenchmarks(_ suite: Suite) async throws {
    for set in LaneEngine.InstructionSet.allCases where suite.wants("password.twenty.\(set)") {
        guard let engine = LaneEngine(set) else { continue }
        try await twentyPasswordBenchmark(suite, engine)
    }
}

private func twentyPasswordBenchmark(_ suite: Suite, _ engine: LaneEngine) async throws {
    let passwords = (1...20).map { "5KAA-2QvG-xD4v-he\($0 + 10)" }
    let rows = try passwords.enumerated().map { index, password in
        AppPassword(
            id: Int64(index + 1), uid: "alice", storedHash: try PasswordScheme.sha512Crypt.hash(Password(password)),
            isDeleted: false, created: nil)
    }
    let text = String(rows[0].storedHash.dropFirst("{CRYPT}".count))
    let logger = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
    var configuration = HashingVerifier.Configuration()
    configuration.deadline = .seconds(60)
    configuration.matchLifetime = .zero
    (configuration.guessLimits.perNetwork, configuration.guessLimits.perAccount) = (0, 0)
    configuration.guessLimits.perKnownNetwork = 0
    var bounds = LaneHashChecker.Configuration()
    bounds.engine = engine
    let checker = LaneHashChecker(bounds, logger: logger)
    let verifier = HashingVerifier(configuration, checker: checker, logger: logger)

    /// Logins from an address of their own, one after the other or all at once; CPU seconds of one.
    func seconds(_ logins: [(password: String, id: Int64?)], from host: Int, atOnce: Bool) async throws -> Double {
        @Sendable func logIn(_ password: String, _ id: Int64?) async throws {
            let attempt = LoginAttempt(
                login: "alice", service: "imap", address: IPAddress("198.51.100.\(host)"),
                time: Timestamp(milliseconds: 0))
            let found = try await verifier.match(of: Password(password), in: rows, attempt: attempt)
            precondition(found?.id == id)
        }
        let before = Suite.processorSeconds()
        if atOnce {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for login in logins { group.addTask { try await logIn(login.password, login.id) } }
                try await group.waitForAll()
            }
        } else {
            for login in logins { try await logIn(login.password, login.id) }
        }
        return (Suite.processorSeconds() - before) / Double(logins.count)
    }

    _ = try await seconds([(passwords[3], 4)], from: 4, atOnce: false)  // now 198.51.100.4 is known, and the row
    var (alone, wrong, wrongKnown, known, roaming, busy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    let turns = 20
    for turn in 0..<turns {
        let start = Suite.processorSeconds()
        precondition(raw_crypt_matches(passwords[0], text, 10) == 1)
        alone += (Suite.processorSeconds() - start) / 10
        let guesses = (0..<4).map { (password: "wrong \(turn) \($0)", id: Int64?.none) }
        wrong += try await seconds(guesses, from: 200, atOnce: false)
        wrongKnown += try await seconds(guesses, from: 4, atOnce: false)
        known += try await seconds(Array(repeating: (passwords[3], 4), count: 4), from: 4, atOnce: false)
        roaming += try await seconds([(passwords[3], 4)], from: 10 + turn, atOnce: false)
        busy += try await seconds(Array(repeating: (passwords[3], 4), count: 64), from: 4, atOnce: true)
    }
    let name = "password.twenty.\(engine.instructionSet)"
    let most = engine.instructionSet == .avx512 ? 4.0 : 8.0
    suite.check("\(name).wrong: in hashes of libcrypt", wrong / alone, atMost: most)
    suite.check("\(name).wrong: from a known client", wrongKnown / alone, atMost: most)
    suite.check("\(name).right: from a known client", known / alone, atMost: 2)
    suite.check("\(name).right: from a new address", roaming / alone, atMost: most)
    suite.check("\(name).right: 64 at once", busy / alone, atMost: 0.5)
    await checker.shutDown()
}
