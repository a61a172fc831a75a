import AppPasswordCore
import AuditCore
import MariaDBStore
import TestServers
import Testing

/// The tables as Roundcube's plugin uses them, with its statements and its rights.
@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct SchemaTests {
    @Test(.enabled(if: MariaDBVersion.v118.shouldRun, "\(MariaDBVersion.v118.skipped)"))
    func `MariaDB 11.8 is tested`() async throws {
        #expect(try await SharedServer.get(.v118).sql("SELECT version()").hasPrefix("11.8."))
    }

    @Test(arguments: MariaDBVersion.tested, TestDatabase.Schema.allCases)
    func `the view has the plugin's eleven columns`(
        version: MariaDBVersion, schema: TestDatabase.Schema
    ) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get(version))
        let columns = try await database.sql(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = '\(database.name)' AND table_name = 'app_passwords_with_log' ORDER BY ordinal_position"
        )
        #expect(
            columns.split(separator: "\n") == [
                "id", "uid", "password", "created", "comment", "last_used_timestamp", "last_used_src_ip",
                "last_used_src_rdns", "last_used_src_loc", "last_used_src_isp", "deleted",
            ])
    }

    @Test(arguments: MariaDBVersion.tested, [TestDatabase.Schema.new, .upgraded])
    func `the plugin's statements work with its rights`(
        version: MariaDBVersion, schema: TestDatabase.Schema
    ) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get(version))
        if schema == .upgraded {
            try await database.sql("GRANT UPDATE (deleted) ON app_passwords TO '\(database.webmailUser)'@'localhost'")
        }
        let store = try database.store()
        try await database.webmail(
            """
            INSERT INTO app_passwords (uid, password, created) VALUES ('alice', '{CRYPT}$6$a', UTC_TIMESTAMP());
            INSERT INTO app_passwords (uid, password, created) VALUES ('alice', '{CRYPT}$6$b', UTC_TIMESTAMP());
            INSERT INTO app_passwords (uid, password, created) VALUES ('Alice', '{CRYPT}$6$c', UTC_TIMESTAMP());
            UPDATE app_passwords SET comment = 'Phone 📱' WHERE id = 1 AND uid = 'alice';
            """)
        try await store.insert([row(1, at: 0), row(1, at: 5, service: "smtp"), row(1, at: 2)], mayBeThere: false)
        #expect(
            try await database.webmail("SELECT * FROM app_passwords_with_log WHERE uid = 'alice' AND deleted IS NULL")
                .split(separator: "\n").map { $0.split(separator: "\t")[5] } == ["2026-11-23 17:15:41.128", "NULL"])
        #expect(
            try await database.webmail(
                "SELECT a.comment, count(l.pwid) AS total FROM app_passwords a LEFT JOIN log l ON a.id = l.pwid WHERE a.uid = 'alice' AND a.id = 1"
            ) == "Phone 📱\t3\n")
        #expect(
            try await database.webmail(
                "SELECT * FROM log, (SELECT count(*) AS total FROM log WHERE pwid = 1) c WHERE pwid = 1 ORDER BY timestamp DESC LIMIT 20 OFFSET 1"
            ).split(separator: "\n").count == 2)
        try await database.webmail("UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3) WHERE id = 1 AND uid = 'alice'")
        #expect(try await store.passwords(of: "alice").first { $0.id == 1 }?.isDeleted == true)
        try await database.webmail("DELETE FROM app_passwords WHERE id = 1 AND uid = 'alice'")
        #expect(try await database.sql("SELECT count(*) FROM log") == "0\n")
        #expect(try await store.passwords(of: "alice").map(\.id) == [2])
    }

    @Test(arguments: MariaDBVersion.tested)
    func `neither side may do more than it needs`(version: MariaDBVersion) async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get(version))
        for forbidden in [
            "UPDATE app_passwords SET password = 'x'", "UPDATE app_passwords SET uid = 'x'", "DELETE FROM log",
            "INSERT INTO log (pwid) VALUES (1)", "INSERT INTO app_passwords (id, uid, password) VALUES (1, 'a', 'b')",
            "DROP VIEW app_passwords_with_log", "ALTER TABLE log ADD x int",
        ] {
            await #expect(throws: ServerError.self, "\(forbidden)") { try await database.webmail(forbidden) }
        }
        let store = try database.store()
        await #expect(throws: BackendError.self) {
            try await store.add(uid: "a", storedHash: "b", comment: nil, created: Timestamp(milliseconds: 0))
        }
        await #expect(throws: BackendError.self) { try await store.rename(id: 1, comment: nil) }
        await #expect(throws: BackendError.self) {
            try await store.revoke(id: 1, hard: true, at: Timestamp(milliseconds: 0))
        }
    }

    @Test(arguments: MariaDBVersion.tested)
    func `the list of an account is one look into the index for each of its passwords`(version: MariaDBVersion)
        async throws
    {
        let database = try await TestDatabase(.new, on: try await SharedServer.get(version))
        try await database.sql(
            """
            INSERT INTO app_passwords (uid, password) SELECT concat('user', seq DIV 10), seq FROM seq_1_to_2000;
            INSERT INTO log (pwid, `timestamp`) SELECT 1 + seq % 2000, '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_20000;
            ANALYZE TABLE app_passwords, log;
            """)
        let plan = try await database.webmail(
            "EXPLAIN SELECT * FROM app_passwords_with_log WHERE uid = 'user7' AND deleted IS NULL")
        let lines = plan.split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(lines.map { $0[3] } == ["ref", "eq_ref", "ref"], "\(plan)")
        #expect(lines.map { $0[5] } == ["app_passwords_pk", "PRIMARY", "log_pwid_result_timestamp"], "\(plan)")
        #expect(!plan.contains("derived"))
    }
}
