import AppPasswordCoreTesting
import Testing

struct InMemoryContractTests {
    @Test func `the store in memory keeps the contracts`() async throws {
        let store = InMemoryAppPasswordStore()
        try await AppPasswordStoreContract.check(store)
        try await LoginLogContract.check(store)
        try await AppPasswordAdministrationContract.check(store)
        try await LimitsContract.check(store)
    }
}
