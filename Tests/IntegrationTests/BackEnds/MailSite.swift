import Foundation
import TestServers

/// What a mail site runs beside the server: MariaDB with the plugin's tables and the rights of both sides, and slapd.
final class MailSite: Sendable {
    /// Whose tables and rights the database has.
    enum Tables: Sendable, CaseIterable {
        /// `database/mariadb.sql` and `database/grants.sql`.
        case shipped
        /// What the plugin's older DDL and the old program's rights leave.
        case old
    }

    /// Whether tests that need one should run.
    static let canRun = InstalledServers.mariadb && InstalledServers.slapd
    /// What a skipped suite says.
    static let missing = "skipped: apt-get install mariadb-server slapd ldap-utils openssl"

    let tables: Tables
    let mariadb: MariaDBServer
    let slapd: SlapdServer
    /// Where the server's settings and state are.
    let directory: TemporaryDirectory

    private static let servicePassword = "p%ss:w/rd@1"
    private static let webmailPassword = "webmail"

    /// Starts both, and writes settings for them.
    ///
    /// - Parameters:
    ///   - version: Which MariaDB.
    ///   - timeout: Of a query of either. Long, for machines that have other work; short where one that hangs is tested.
    ///   - accounts: LDIF of the entries of accounts, below `ou=users,dc=example,dc=com`.
    ///   - database: More lines of `[database]`.
    ///   - settings: More tables of the settings.
    init(
        _ version: MariaDBVersion = .v1011, tables: Tables = .shipped, timeout: String = "20s",
        accounts: String = LDIF.account("alice"), database: String = "", settings: String = ""
    ) async throws {
        async let slapd = SlapdServer(ldif: LDIF.users + accounts)
        self.tables = tables
        mariadb = try await MariaDBServer(version, options: ["--innodb-flush-log-at-trx-commit=2"])
        self.slapd = try await slapd
        directory = try TemporaryDirectory()
        try await fill()
        try directory.write(
            "config.toml",
            """
            [database]
            dsn = "\(Self.dsn(mariadb, tables))"
            timeout = "\(timeout)"
            \(database)
            [ldap]
            host = "127.0.0.1"
            port = \(self.slapd.port)
            basedn = "ou=users,dc=example,dc=com"
            timeout = "\(timeout)"
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            \(settings)
            """)
    }

    /// Runs statements as the administrator.
    @discardableResult
    func sql(_ statements: String) async throws -> String { try await mariadb.sql(statements, database: "mail_auth") }

    /// Runs a statement with the webmail's user and rights; rows as lines, columns with tabs.
    @discardableResult
    func webmail(_ statement: String) async throws -> String {
        try await mariadb.sql(
            statement, user: "roundcube", password: Self.webmailPassword, database: "mail_auth")
    }

    /// Rows of a query of the administrator.
    func rows(_ query: String) async throws -> [[String]] {
        try await sql(query).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// Asks until the answer is as it should be; a test that waits for what never comes is ended by its time limit.
    func wait(for isAsItShouldBe: (MailSite) async throws -> Bool) async throws {
        while try await !isAsItShouldBe(self) { await Task.yield() }
    }

    private static func dsn(_ server: MariaDBServer, _ tables: Tables) -> String {
        let password = "p%25ss%3Aw%2Frd%401"
        return switch tables {
        case .shipped: "mysql://mailserver:\(password)@localhost/mail_auth?unix_socket=\(server.socket)"
        case .old: "mysql+pymysql://mailserver:\(password)@127.0.0.1:\(server.port)/mail_auth?charset=utf8mb4"
        }
    }

    /// Gives both sides the rights of `database/grants.sql`, its names edited, and its line for a table that older databases
    /// lack left out where they do.
    func grant() async throws {
        var grants = try Self.file("database/grants.sql")
        if try await rows("SHOW TABLES LIKE 'app_password_limits'").isEmpty {
            let lines = grants.split(separator: "\n", omittingEmptySubsequences: false)
            grants = lines.filter { !$0.contains("app_password_limits TO") }.joined(separator: "\n")
        }
        try await mariadb.sql(
            grants.replacing("`roundcube`@`webmail.example.com`", with: "roundcube@localhost")
                .replacing("`mailserver`@`localhost`", with: "mailserver@'\(serviceHost)'"))
    }

    /// Brings older tables up to date by `database/mariadb-upgrade.sql`.
    func upgrade() async throws { try await sql(Self.file("database/mariadb-upgrade.sql")) }

    private var serviceHost: String { tables == .shipped ? "localhost" : "127.0.0.1" }

    /// Makes the database as an administrator does, with the webmail on this machine.
    private func fill() async throws {
        // With the collation an older installation has, where `alice` = `ALICE` and `müller` = `muller`.
        try await mariadb.sql(
            """
            CREATE DATABASE mail_auth CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
            CREATE USER mailserver@'\(serviceHost)' IDENTIFIED BY '\(Self.servicePassword)';
            CREATE USER roundcube@localhost IDENTIFIED BY '\(Self.webmailPassword)';
            """)
        switch tables {
        case .shipped:
            try await sql(Self.file("database/mariadb.sql"))
            try await grant()
        case .old:
            try await sql(Self.file("Tests/MariaDBStoreTests/Fixtures/old-tables.sql"))
            try await mariadb.sql(
                """
                GRANT SELECT ON mail_auth.log TO roundcube@localhost;
                GRANT SELECT, SHOW VIEW ON mail_auth.app_passwords_with_log TO roundcube@localhost;
                GRANT SELECT, INSERT, UPDATE (comment), DELETE ON mail_auth.app_passwords TO roundcube@localhost;
                GRANT SELECT ON mail_auth.app_passwords TO mailserver@'\(serviceHost)';
                GRANT SELECT, INSERT ON mail_auth.log TO mailserver@'\(serviceHost)';
                """)
        }
    }

    private static func file(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardizedFileURL
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}
