import AppPasswordCore
import Settings
import AuditCore
import Foundation
import MariaDBStore
import TestServers
import Testing

@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct PasswordsTests {
    @Test(arguments: TestDatabase.Schema.allCases)
    func `rows are read as they are`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        try await database.sql(
            """
            INSERT INTO app_passwords (id, uid, password, created, deleted) VALUES
            (7, 'alice', '{CRYPT}$6$abc$def', '2026-11-23 17:15:41', NULL),
            (9, 'alice', '', '2026-11-23 17:15:42', '2026-11-24 00:00:00'),
            (9007199254740993, 'alice', '{ARGON2ID}$argon2id$v=19$m=65536', '1970-01-01 00:00:00', NULL),
            (11, 'bob', '{CRYPT}x', '2026-11-23 17:15:41', NULL);
            """)
        let rows = try await database.store().passwords(of: "alice").sorted { $0.id < $1.id }
        #expect(
            rows == [
                AppPassword(
                    id: 7, uid: "alice", storedHash: "{CRYPT}$6$abc$def", isDeleted: false,
                    created: Timestamp(sqlText: "2026-11-23 17:15:41")),
                AppPassword(
                    id: 9, uid: "alice", storedHash: "", isDeleted: true,
                    created: Timestamp(sqlText: "2026-11-23 17:15:42")),
                AppPassword(
                    id: 9_007_199_254_740_993, uid: "alice", storedHash: "{ARGON2ID}$argon2id$v=19$m=65536",
                    isDeleted: false, created: Timestamp(milliseconds: 0)),
            ])
        #expect(try await database.store().passwords(of: "carol").isEmpty)
    }

    private static let names = [
        "alice", "ALICE", "%", "_", "*", "a)(uid=*", "j_doe", "jxdoe", "müller", "muller", "mu\u{308}ller",
        "alice ", "' OR '1'='1", "\\", "\"", "a\u{1}b", "😀", "żółw", "名前",
    ]

    @Test(arguments: [TestDatabase.Schema.new, .old, .upgraded])
    func `each name gets its own row, whatever the database takes for equal`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        let administration = try database.administration()
        var expected: [(name: String, id: Int64)] = []
        for (index, name) in Self.names.enumerated() {
            let id = try await administration.add(
                uid: name, storedHash: "{CRYPT}\(index)", comment: nil, created: Timestamp(milliseconds: 0))
            expected.append((name, id))
        }
        let store = try database.store()
        for (name, id) in expected {
            let rows = try await store.passwords(of: name)
            #expect(rows.filter { $0.uid.utf8.elementsEqual(name.utf8) }.map(\.id) == [id], "\(name)")
            if schema != .old { #expect(rows.count == 1, "\(name) finds \(rows.map(\.uid))") }
        }
        for name in ["", "alic_", "al%", "Alice", "alice\0", "\0", String(repeating: "a", count: 5000), "müll_r"] {
            #expect(try await store.passwords(of: name).allSatisfy { !$0.uid.utf8.elementsEqual(name.utf8) })
        }
    }

    @Test func `names that an old latin1 table cannot hold are nobody's`() async throws {
        let database = try await TestDatabase(.oldLatin1, on: try await SharedServer.get())
        try await database.sql("INSERT INTO app_passwords (uid, password) VALUES ('müller', 'x'), ('?', 'y')")
        let store = try database.store()
        #expect(try await store.passwords(of: "müller").map(\.uid) == ["müller"])
        for name in ["😀", "żółw", "名"] { #expect(try await store.passwords(of: name).isEmpty) }
        let names = ["😀", "müller", "名", "żółw", "nobody"]
        #expect(
            try await store.passwords(of: names).map(\.uid) == ["müller"], "a name that no row can have hides no other")
    }

    @Test func `an account with more rows and longer texts than a buffer holds is read whole`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        try await database.sql(
            """
            ALTER TABLE app_passwords DROP INDEX app_passwords_pk, MODIFY password text NOT NULL;
            INSERT INTO app_passwords (uid, password) SELECT 'alice', concat(seq, repeat('ü', 30000)) FROM seq_1_to_300;
            """)
        let rows = try await database.store().passwords(of: "alice")
        #expect(rows.count == 300)
        #expect(rows.allSatisfy { $0.storedHash == "\($0.id)" + String(repeating: "ü", count: 30000) })
    }

    @Test func `odd tables do not crash`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        try await database.sql(
            """
            SET sql_mode = ''; DROP VIEW app_passwords_with_log; DROP TABLE log, app_password_limits, app_passwords;
            CREATE TABLE app_passwords (id varchar(40), uid blob, password varbinary(300) NULL, created varchar(40) NULL, deleted varchar(40) NULL);
            INSERT INTO app_passwords VALUES (NULL, 'a', 'x', NULL, NULL), ('nine', 'a', 'x', NULL, NULL),
            ('99999999999999999999', 'a', 'x', NULL, NULL), ('4', 'a', NULL, NULL, NULL), ('5', 'a', x'ff00fe', 'soon', ''),
            ('6', NULL, 'x', NULL, NULL);
            """)
        let rows = try await database.store().passwords(of: "a").sorted { $0.id < $1.id }
        #expect(rows.map(\.id) == [4, 5])
        #expect(rows.map(\.storedHash) == ["", "\u{fffd}\0\u{fffd}"])
        #expect(rows.map(\.isDeleted) == [false, true])
        #expect(rows.map(\.created) == [nil, nil])
    }

    @Test func `a login costs one round trip`() async throws {
        let server = try await MariaDBServer()
        let database = try await TestDatabase(.new, on: server)
        try await database.sql("INSERT INTO app_passwords (uid, password) VALUES ('alice', 'x')")
        var configuration = try database.configuration
        configuration.poolSize = 1
        let store = MariaDBStore(configuration)
        _ = try await store.passwords(of: "alice")
        try await server.sql("SET GLOBAL general_log = 1")
        for _ in 0..<50 { _ = try await store.passwords(of: "alice") }
        try await server.sql("SET GLOBAL general_log = 0")
        let log = try String(contentsOfFile: server.generalLog, encoding: .utf8).split(separator: "\n")
        #expect(log.count { $0.contains("Execute\t") && $0.contains("WHERE p.uid = ?") } == 50)
        for other in ["Prepare\t", "Close stmt", "Reset stmt", "Ping"] {
            #expect(log.count { $0.contains(other) } == 0, "\(other)")
        }
    }

    @Test func `TCP works, and TLS checks the authority and the name`() async throws {
        let certificates = try await TestCertificates()
        let others = try await TestCertificates()
        let server = try await MariaDBServer(options: [
            "--ssl-cert=\(certificates.certificate)", "--ssl-key=\(certificates.key)",
            "--ssl-ca=\(certificates.authority)",
        ])
        let database = try await TestDatabase(.new, on: server)
        func ping(
            _ host: String, authority: String?, _ server: MariaDBServer = server, _ database: TestDatabase = database
        )
            async throws
        {
            let options = authority.map { "?ssl_ca=\($0)" } ?? ""
            let dsn = "mysql://\(database.serviceUser):pass%25word@\(host):\(server.port)/\(database.name)\(options)"
            guard case .mariadb(let address) = try DatabaseDSN(dsn) else { return }
            var configuration = MariaDBStore.Configuration(server: address)
            configuration.timeout = .seconds(20)
            try await MariaDBStore(configuration).ping()
        }
        try await ping("127.0.0.1", authority: nil)
        try await ping("localhost", authority: nil)
        try await database.sql("ALTER USER '\(database.serviceUser)'@'127.0.0.1' REQUIRE SSL")
        await #expect(throws: BackendError.self) { try await ping("127.0.0.1", authority: nil) }
        try await ping("localhost", authority: certificates.authority)
        await #expect(throws: BackendError.self) { try await ping("localhost", authority: others.authority) }
        await #expect(throws: BackendError.self) { try await ping("localhost", authority: "/no/such/file") }
        // A server that offers no TLS gets no password.
        let plain = try await SharedServer.get()
        let there = try await TestDatabase(.new, on: plain)
        try await ping("127.0.0.1", authority: nil, plain, there)
        await #expect(throws: BackendError.self) {
            try await ping("127.0.0.1", authority: certificates.authority, plain, there)
        }
        // 127.0.0.2 reaches the same server, but the certificate is not for it.
        await #expect(throws: BackendError.self) { try await ping("127.0.0.2", authority: certificates.authority) }
    }

    @Test func `what is refused is an error that names no secret`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        var configuration = try database.configuration
        configuration.server.password = Secret("s3cret")
        let refused = await #expect(throws: BackendError.self) {
            try await MariaDBStore(configuration).passwords(of: "alice")
        }
        #expect(refused?.code == .refused)
        #expect(refused?.description == "database refused")
        #expect(refused?.debugDescription.contains("Access denied") == true)
        #expect(refused?.debugDescription.contains("s3cret") == false)

        try await database.sql("INSERT INTO app_passwords (uid, password) VALUES ('alice', '{CRYPT}s3cret')")
        let twice = await #expect(throws: BackendError.self) {
            try await database.administration().add(
                uid: "alice", storedHash: "{CRYPT}s3cret", comment: nil, created: Timestamp(milliseconds: 0))
        }
        #expect(twice?.code == .refused)
        #expect(twice?.debugDescription.contains("s3cret") == false)

        try await database.sql("DROP VIEW app_passwords_with_log; DROP TABLE log, app_password_limits, app_passwords")
        let missing = await #expect(throws: BackendError.self) { try await database.store().passwords(of: "alice") }
        #expect(missing?.code == .refused)
    }
}
