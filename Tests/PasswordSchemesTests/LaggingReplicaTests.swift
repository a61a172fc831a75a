import AppPasswordCore
import Testing
import TestKit

@testable import PasswordSchemes

/// What guess limits make of passwords that a replica does not know yet.
struct LaggingReplicaTests {
    @Test func `a right password that was found wrong in old rows first is no guess in the end`() async throws {
        var configuration = HashingVerifier.Configuration()
        configuration.guessLimits.perNetwork = 3
        configuration.guessLimits.perAccount = 3
        configuration.guessLimits.perAccountAndNetwork = 3
        configuration.guessLimits.perKnownNetwork = 3
        let checker = CountingChecker()
        let verifier = HashingVerifier(
            configuration, checker: checker, clock: HandClock(), logger: RecordedLog().logger)
        var rows = [row(1, cheapHash("secret 1"))]
        for id in 2...40 {
            let old = rows
            rows.append(row(Int64(id), cheapHash("secret \(id)")))
            #expect(try await verifier.id("secret \(id)", old) == nil)
            #expect(try await verifier.id("secret \(id)", rows) == Int64(id))
        }
        for number in 0..<3 { #expect(try await verifier.id("wrong \(number)", rows) == nil) }
        await #expect(throws: PasswordVerifierError.tooManyGuesses) { try await verifier.id("wrong", rows) }
    }
}
