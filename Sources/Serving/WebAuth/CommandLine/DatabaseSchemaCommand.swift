import ArgumentParser

extension DatabaseDialect: ExpressibleByArgument {}

struct DatabaseSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database-schema", abstract: "Print the DDL of a database (the same text as in database/).",
        discussion: "Example: web-auth-server database-schema mariadb | mariadb mail_auth")

    @OptionGroup var options: ConfigOption  // stands on every verb; this one reads no settings
    @Argument(help: "mariadb or sqlite.")
    var dialect: DatabaseDialect

    func run() throws { print(dialect.ddl, terminator: "") }
}
