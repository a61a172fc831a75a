import AppPasswordCore
import AppPasswordCoreTesting
import MariaDBStore
import TestServers
import Testing

@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct ContractTests {
    // Where the older tables take two names for one, they also take two rows for one.
    @Test(arguments: [TestDatabase.Schema.new, .upgraded])
    func `MariaDB keeps the contract of a store`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        try await AppPasswordStoreContract { try database.administration() }.run()
        try await LimitsContract { try database.administration() }.run()
        try await EndingPasswordsContract { try database.administration() }.run()
        try await EndedPasswordsContract { try database.administration() }.run()
    }

    @Test(arguments: [TestDatabase.Schema.new, .old, .upgraded])
    func `MariaDB keeps the contracts of the log and of administration`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        try await LoginLogContract(keepsRefusals: schema != .old) { try database.administration() }.run()
        try await AppPasswordAdministrationContract { try database.administration() }.run()
    }
}
