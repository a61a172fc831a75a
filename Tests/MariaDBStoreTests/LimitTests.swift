import AppPasswordCore
import AuditCore
import Foundation
import MariaDBStore
import TestServers
import Testing

/// Limits of app passwords in MariaDB, with the service's own rights.
@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct LimitTests {
    private func database(_ schema: TestDatabase.Schema) async throws -> TestDatabase {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        try await database.sql(
            "INSERT INTO app_passwords (id, uid, password, created) VALUES (1, 'alice', 'x', utc_timestamp()), (2, 'alice', 'y', utc_timestamp())"
        )
        return database
    }

    private func limits(_ store: MariaDBStore, of id: Int64 = 1) async throws -> StoredLimits? {
        try await store.passwords(of: "alice").first { $0.id == id }?.limits
    }

    @Test(arguments: [TestDatabase.Schema.old, .oldLatin1])
    func `a database without the table works, and limits count from when it has it`(
        schema: TestDatabase.Schema
    ) async throws {
        let database = try await database(schema)
        let store = try database.store()
        #expect(try await store.passwords(of: "alice").map { $0.limits == nil } == [true, true])
        #expect(try await store.list(uid: "alice").map { $0.limits == nil } == [true, true])
        #expect(try await store.rows(after: 0, limit: 9).map { $0.password.limits == nil } == [true, true])
        let administration = try database.administration()
        #expect(try await administration.rebind(id: 1) == false)
        #expect(try await administration.limit(id: 1, Limits()))
        var imap = Limits()
        imap.services = ["imap"]
        let error = await #expect(throws: BackendError.self) { try await administration.limit(id: 1, imap) }
        #expect(error?.detail.contains("app_password_limits") == true)
        await #expect(throws: BackendError.self) {
            try await administration.add(
                uid: "alice", storedHash: "z", comment: nil, created: Timestamp(milliseconds: 0), limits: imap)
        }
        #expect(
            try await store.passwords(of: "alice").count == 2,
            "a password is not made without the limits it was to have")

        try await database.sql(try TestDatabase.file("database/mariadb-upgrade.sql"))
        for host in ["localhost", "127.0.0.1"] {
            try await database.sql(
                "GRANT SELECT, INSERT (pwid, suspended), UPDATE (bound, announced, suspended) ON app_password_limits TO '\(database.serviceUser)'@'\(host)'"
            )
        }
        #expect(try await administration.limit(id: 1, imap))
        try await database.killConnections()
        #expect(try await limits(store)?.read() == imap)
        #expect(try await limits(store, of: 2) == nil)
    }

    @Test func `without the right to read them there are no limits, and a right that is lost lets nobody in`()
        async throws
    {
        let database = try await database(.new)
        try await database.sql("INSERT INTO app_password_limits (pwid, services) VALUES (1, 'smtp')")
        let store = try database.store()
        #expect(try await limits(store)?.read().services == ["smtp"])
        for host in ["localhost", "127.0.0.1"] {
            try await database.sql("REVOKE ALL ON app_password_limits FROM '\(database.serviceUser)'@'\(host)'")
        }
        for _ in 0..<3 {
            let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
            #expect(error?.code == .refused)
        }
        try await database.killConnections()
        let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
        #expect(error?.detail.contains("app_password_limits") == true, "\(String(describing: error))")
        // One that never saw them is as on a database without them, and says so.
        #expect(try await limits(try database.store()) == nil)
        #expect(try await database.store().seesLimits() == false)
        // But not where another store of the process has seen them: a reload with another DSN lets nobody in.
        let memory = LimitsMemory()
        let other = try await self.database(.new)
        #expect(try await limits(MariaDBStore(other.configuration, limits: memory)) == nil)
        await #expect(throws: BackendError.self) {
            try await MariaDBStore(database.configuration, limits: memory).passwords(of: "alice")
        }
    }

    @Test(arguments: [
        ("services", "''"), ("services", "'imap smtp'"), ("networks", "'192.0.2.0/33'"), ("networks", "'nonsense'"),
        ("networks", "repeat('10.0.0.0/8;', 6000)"), ("countries", "'Germany'"), ("countries", "'ÄÖ'"),
        ("as_numbers", "'AS'"),
        ("as_numbers", "'1; DROP TABLE log'"), ("not_before", "'0000-00-00'"), ("expires", "'0000-00-00'"),
        ("unused_days", "0"), ("unused_days", "-1"), ("unused_days", "2147483647"), ("bind", "'planet'"),
        ("bind", "'ASN'"),
        ("bind", "''"),
    ])
    func `hostile limits are unreadable, and everybody else goes on`(column: String, value: String) async throws {
        let database = try await database(.new)
        try await database.sql(
            "SET sql_mode = ''; INSERT INTO app_password_limits (pwid, \(column)) VALUES (1, \(value))")
        let store = try database.store()
        let rows = try await store.passwords(of: "alice").sorted { $0.id < $1.id }
        #expect(rows.map { $0.limits == nil } == [false, true])
        let error = #expect(throws: LimitsError.self) { try rows[0].limits?.read() }
        #expect(error?.column == column)
        #expect(try await store.list(uid: "alice").count == 2)
    }

    @Test func `the end is told by the database's clock, to the millisecond, on every server of it`() async throws {
        let database = try await database(.new)
        let stores = [try database.store(), try database.store()]
        for (offset, isOver) in [("- INTERVAL 1 SECOND", true), ("+ INTERVAL 1 HOUR", false)] {
            try await database.sql(
                "REPLACE INTO app_password_limits (pwid, expires) VALUES (1, utc_timestamp(3) \(offset))")
            for store in stores {
                let stored = try #require(try await limits(store))
                let (limits, times) = (try stored.read(), try stored.times(created: nil))
                #expect((times.now >= limits.expires ?? times.now) == isOver)
            }
        }
        // The session's zone, which a server may have of its own, changes nothing.
        let elsewhere = try await MariaDBServer()
        try await elsewhere.sql("SET GLOBAL time_zone = '+09:00'")
        let far = try await TestDatabase(.new, on: elsewhere)
        try await far.sql(
            """
            INSERT INTO app_passwords (id, uid, password, created) VALUES (1, 'alice', 'x', utc_timestamp());
            INSERT INTO app_password_limits (pwid, expires) VALUES (1, utc_timestamp(3) + INTERVAL 1 MINUTE);
            """)
        let stored = try #require(try await limits(try far.store()))
        let now = try #require(stored.now)
        let end = try #require(try stored.read().expires)
        #expect((1...60_000).contains(end.milliseconds - now.milliseconds))
        #expect(abs(Double(now.milliseconds) / 1000 - Date().timeIntervalSince1970) < 60)
    }

    @Test func `an expiry passes between two logins, and the last use counts where days without one are limited`()
        async throws
    {
        let database = try await database(.new)
        let store = try database.store()
        try await database.sql(
            """
            INSERT INTO log (pwid, service, `timestamp`, result) VALUES (1, 'imap', '2026-01-01 00:00:00.5', NULL),
                (1, 'imap', '2026-01-02 00:00:00', 'denied'), (2, 'imap', '2026-01-03 00:00:00', NULL);
            INSERT INTO app_password_limits (pwid, services) VALUES (1, 'imap');
            """)
        #expect(try await limits(store)?.lastUse == nil, "it is not asked for where nobody needs it")
        try await database.sql("UPDATE app_password_limits SET unused_days = 60")
        #expect(try await limits(store)?.lastUse?.sqlText == "2026-01-01 00:00:00.500")
    }

    @Test func `two servers that fix a place at once agree, and need no more than the right to do that`() async throws {
        let database = try await database(.new)
        try await database.sql("INSERT INTO app_password_limits (pwid, bind) VALUES (1, 'asn')")
        let stores = try (0..<8).map { _ in try database.store() }
        let places = try await withThrowingTaskGroup(of: String?.self) { group in
            for (number, store) in stores.enumerated() {
                group.addTask { try await store.bind(1, to: .asn(UInt32(number + 1))) }
            }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(places.count == 1)
        #expect(try await database.sql("SELECT bound FROM app_password_limits") == "\((places.first ?? nil) ?? "")\n")
        for forbidden in ["UPDATE app_password_limits SET bind = NULL", "DELETE FROM app_password_limits"] {
            await #expect(throws: ServerError.self) {
                try await database.server.sql(
                    forbidden, user: database.serviceUser, password: "pass%word", database: database.name)
            }
        }
        var none = Limits()
        none.services = ["imap"]
        await #expect(throws: BackendError.self) { try await stores[0].limit(id: 1, none) }
    }

    @Test(arguments: MariaDBVersion.tested)
    func `the webmail makes, lists and revokes passwords as ever, and limits go with them`(
        version: MariaDBVersion
    ) async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get(version))
        try await database.webmail(
            "INSERT INTO app_passwords (uid, password, created) VALUES ('alice', 'x', UTC_TIMESTAMP()), ('alice', 'y', UTC_TIMESTAMP())"
        )
        let store = try database.store()
        #expect(try await store.passwords(of: "alice").map { $0.limits == nil } == [true, true])
        try await database.sql("INSERT INTO app_password_limits (pwid, services) VALUES (1, 'imap'), (2, 'smtp')")
        #expect(
            try await database.webmail("SELECT id FROM app_passwords_with_log WHERE uid = 'alice' AND deleted IS NULL")
                == "1\n2\n")
        try await database.webmail("UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3) WHERE id = 1")
        #expect(try await store.passwords(of: "alice").first { $0.id == 1 }?.isDeleted == true)
        try await database.webmail("DELETE FROM app_passwords WHERE id = 2")
        #expect(try await database.sql("SELECT pwid FROM app_password_limits") == "1\n")
        await #expect(throws: ServerError.self) { try await database.webmail("SELECT * FROM app_password_limits") }
    }

    @Test(arguments: MariaDBVersion.tested)
    func `limits cost a login one look into the index of their table`(version: MariaDBVersion) async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get(version))
        try await database.sql(
            """
            INSERT INTO app_passwords (uid, password) SELECT concat('user', seq DIV 10), seq FROM seq_1_to_2000;
            INSERT INTO app_password_limits (pwid, services) SELECT id, 'imap' FROM app_passwords;
            INSERT INTO log (pwid, `timestamp`) SELECT 1 + seq % 2000, '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_20000;
            ANALYZE TABLE app_passwords, app_password_limits, log;
            """)
        let plan = try await database.sql(
            """
            EXPLAIN SELECT p.id, m.pwid, IF(m.unused_days IS NULL, NULL, (SELECT n.`timestamp` FROM log n WHERE n.pwid = p.id \
            AND n.result IS NULL ORDER BY n.`timestamp` DESC LIMIT 1)) FROM app_passwords p \
            LEFT JOIN app_password_limits m ON m.pwid = p.id WHERE p.uid = 'user7'
            """)
        let lines = plan.split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(lines.map { $0[3] } == ["ref", "eq_ref", "ref"], "\(plan)")
        #expect(lines.map { $0[5] } == ["app_passwords_pk", "PRIMARY", "log_pwid_result_timestamp"], "\(plan)")
    }
}
