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
}
