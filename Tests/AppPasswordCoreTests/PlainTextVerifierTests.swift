import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Testing

struct PlainTextVerifierTests {
    @Test(arguments: PasswordVerifierContract.rules)
    func `the plain text verifier keeps the contract`(rule: PasswordVerifierContract.Rule) async throws {
        let contract = PasswordVerifierContract(
            make: { PlainTextVerifier() }, storedHash: PlainTextVerifier.storedHash)
        try await contract.check(rule)
    }

    @Test func `it fails on demand and keeps what it was asked`() async throws {
        let verifier = PlainTextVerifier(failure: .overloaded)
        let attempt = LoginAttempt(login: "alice", service: "imap", address: nil, time: Timestamp(milliseconds: 0))
        await #expect(throws: PasswordVerifierError.overloaded) {
            try await verifier.match(of: Password("x"), in: [], attempt: attempt)
        }
        verifier.fail(with: nil)
        #expect(try await verifier.match(of: Password("x"), in: [], attempt: attempt) == nil)
        #expect(verifier.attempts == [attempt, attempt])
    }
}
