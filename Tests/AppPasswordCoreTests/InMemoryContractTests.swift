import AppPasswordCore
import AppPasswordCoreTesting
import Testing

struct InMemoryContractTests {
    @Test func `the store in memory keeps the contracts`() async throws {
        let store = InMemoryAppPasswordStore()
        try await AppPasswordStoreContract { store }.run()
        try await LoginLogContract { store }.run()
        try await AppPasswordAdministrationContract { store }.run()
        try await LimitsContract { store }.run()
        try await EndingPasswordsContract { store }.run()
        try await EndedPasswordsContract { store }.run()
    }

    @Test func `the directory keeps what is asked of adapters`() async throws {
        let alice = Account(uid: "alice", otherNames: ["al"])
        let directory = FixedAccountDirectory([alice, Account(uid: "one", otherNames: ["twin"]), Account(uid: "twin")])
        try await AccountDirectoryContract(known: alice, ambiguous: "twin") { directory }.run()
    }

    @Test func `the recorder keeps what is asked of adapters`() async throws {
        try await LoginRecorderContract(written: { $0.rows }) { RecordingLoginRecorder() }.run()
    }

    @Test(arguments: [true, false])
    func `the mail server keeps what is asked of adapters`(knowsPasswords: Bool) async throws {
        try await SessionServerContract(open: { $0.open($1) }) {
            InMemorySessionServer(knowsPasswords: knowsPasswords)
        }.run()
    }

    @Test func `the verifier keeps what is asked of adapters`() async throws {
        try await PasswordVerifierContract(make: { PlainTextVerifier() }, storedHash: PlainTextVerifier.storedHash)
            .run()
    }
}
