import AppPasswordCore
import Settings
import AuditCore
import Foundation
import MariaDBStore
import Locks
import TestServers

/// The server that tests share which do not harm it.
enum SharedServer {
    private static let of1011 = Task { try await MariaDBServer() }
    private static let of118 = Task { try await MariaDBServer(.v118) }
    static func get(_ version: MariaDBVersion = .v1011) async throws -> MariaDBServer {
        try await (version == .v1011 ? of1011 : of118).value
    }
}

/// A database of one test, with users for both sides.
struct TestDatabase {
    enum Schema: CaseIterable, Sendable {
        /// `database/mariadb.sql` with `database/grants.sql`.
        case new
        /// What the plugin's older DDL left, where `alice` = `ALICE` and `müller` = `muller`, with the old grants.
        case old
        /// The same in a database whose character set is `latin1`.
        case oldLatin1
        /// The old one, brought up to date by `database/mariadb-upgrade.sql`.
        case upgraded
    }

    let server: MariaDBServer
    let name: String
    var serviceUser: String { "s_" + name }
    var webmailUser: String { "w_" + name }

    init(_ schema: Schema, on server: MariaDBServer) async throws {
        self.server = server
        name = "t" + String(UInt32.random(in: 0...UInt32.max), radix: 36)
        let characterSet = schema == .oldLatin1 ? "latin1" : "utf8mb4 COLLATE utf8mb4_general_ci"
        try await server.sql(
            """
            CREATE DATABASE \(name) CHARACTER SET \(characterSet);
            CREATE USER '\(serviceUser)'@'localhost' IDENTIFIED BY 'pass%word', '\(serviceUser)'@'127.0.0.1' IDENTIFIED BY 'pass%word';
            CREATE USER '\(webmailUser)'@'localhost' IDENTIFIED BY 'webmail';
            """)
        switch schema {
        case .new: try await server.sql(try Self.file("database/mariadb.sql"), database: name)
        case .old, .oldLatin1, .upgraded:
            try await server.sql(try Self.file("Tests/MariaDBStoreTests/Fixtures/old-tables.sql"), database: name)
        }
        if schema == .upgraded {
            for _ in 0..<2 {
                try await server.sql(try Self.file("database/mariadb-upgrade.sql"), database: name)
            }
        }
        // The shipped rights, for this test's names; on the old tables those of the old program's README.
        let grants =
            schema == .new
            ? try Self.file("database/grants.sql")
            : """
            GRANT SELECT ON mail_auth.log TO `roundcube`@`webmail.example.com`;
            GRANT SELECT, SHOW VIEW ON mail_auth.app_passwords_with_log TO `roundcube`@`webmail.example.com`;
            GRANT SELECT, INSERT, UPDATE (comment), DELETE ON mail_auth.app_passwords TO `roundcube`@`webmail.example.com`;
            GRANT SELECT ON mail_auth.app_passwords TO `mailserver`@`localhost`;
            GRANT SELECT, INSERT ON mail_auth.log TO `mailserver`@`localhost`;
            """
        let ours = grants.replacing("mail_auth.", with: name + ".")
            .replacing("`roundcube`@`webmail.example.com`", with: "'\(webmailUser)'@'localhost'")
        for host in ["localhost", "127.0.0.1"] {
            try await server.sql(ours.replacing("`mailserver`@`localhost`", with: "'\(serviceUser)'@'\(host)'"))
        }
    }

    static func file(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Runs statements as root.
    @discardableResult
    func sql(_ statements: String) async throws -> String { try await server.sql(statements, database: name) }

    /// Asks again and again until the answer is this one. InnoDB looks at its transactions anew only when nobody has asked
    /// for them for a tenth of a second.
    func wait(until answer: String, _ question: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await sql(question) != answer {
            guard ContinuousClock.now < deadline else { throw DatabaseTestError.neverAnswered(answer, question) }
            try await Task.sleep(for: .milliseconds(150))
        }
    }

    /// Runs statements as the webmail's user.
    @discardableResult
    func webmail(_ statements: String) async throws -> String {
        try await server.sql(statements, user: webmailUser, password: "webmail", database: name)
    }

    /// Closes the service's connections, as `wait_timeout` or an administrator does.
    func killConnections() async throws {
        let ids = try await sql("SELECT id FROM information_schema.processlist WHERE user = '\(serviceUser)'")
        for id in ids.split(separator: "\n") {
            _ = try? await sql("KILL CONNECTION \(id)")  // it may have gone by itself
            try await wait(until: "", "SELECT 1 FROM information_schema.processlist WHERE id = \(id)")
        }
    }

    /// The service's own way in, as its settings spell it.
    var configuration: MariaDBStore.Configuration {
        get throws {
            let dsn = try DatabaseDSN(
                "mysql+pymysql://\(serviceUser):pass%25word@localhost/\(name)?unix_socket=\(server.socket)")
            guard case .mariadb(let address) = dsn else { throw DatabaseTestError.notMariaDB }
            return MariaDBStore.Configuration(server: address)
        }
    }

    func store(rowRefused: @escaping @Sendable (LoginLogRow) -> Void = { _ in }) throws -> MariaDBStore {
        MariaDBStore(try configuration, rowRefused: rowRefused)
    }

    /// A store with an administrator's rights.
    func administration() throws -> MariaDBStore {
        var configuration = try configuration
        configuration.server.user = "root"
        configuration.server.password = Secret("")
        return MariaDBStore(configuration)
    }

    enum DatabaseTestError: Error { case notMariaDB, neverAnswered(String, String) }
}

/// Rows that a store gave up.
final class RefusedRows: Sendable {
    private let rows = Mutex<[LoginLogRow]>([])
    var all: [LoginLogRow] { rows.withLock { $0 } }
    func append(_ row: LoginLogRow) { rows.withLock { $0.append(row) } }
}

/// A log row of a test.
func row(_ id: Int64, at milliseconds: Int64, service: String = "imap", address: String? = "192.0.2.1") -> LoginLogRow {
    LoginLogRow(
        passwordID: id, service: service, sourceAddress: address, sourceName: "host.example.org",
        sourceLocation: "01187 Dresden, SN, Germany", sourceISP: "Example ISP",
        time: Timestamp(milliseconds: 1_795_454_141_123 + milliseconds))
}
