import ArgumentParser
import MariaDBStore
import SQLiteStore

struct DatabaseSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database-schema", abstract: "Print the DDL of a database (the same text as in database/).",
        discussion: "Example: web-auth-server database-schema mariadb | mariadb mail_auth")

    enum Dialect: String, ExpressibleByArgument, CaseIterable {
        case mariadb
        case sqlite
    }

    @OptionGroup var options: ConfigOption  // stands on every verb; this one reads no settings
    @Argument(help: "mariadb or sqlite.")
    var dialect: Dialect

    func run() throws {
        switch dialect {
        case .sqlite: print(SQLiteSchema.ddl, terminator: "")
        case .mariadb: print(MariaDBSchema.ddl, terminator: "")
        }
    }
}
