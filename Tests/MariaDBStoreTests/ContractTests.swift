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
        try await AppPasswordStoreContract.check(try database.administration())
        try await LimitsContract.check(try database.administration())
    }

    @Test(arguments: [TestDatabase.Schema.new, .old, .upgraded])
    func `MariaDB keeps the contracts of the log and of administration`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        try await LoginLogContract.check(try database.administration(), keepsRefusals: schema != .old)
        try await AppPasswordAdministrationContract.check(try database.administration())
    }
}
