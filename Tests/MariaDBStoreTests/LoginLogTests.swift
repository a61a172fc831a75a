import AppPasswordCore
import AuditCore
import MariaDBStore
import TestServers
import Testing

@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct LoginLogTests {
    private static let all = "SELECT pwid, service, ifnull(src_ip, '-'), `timestamp` FROM log ORDER BY `timestamp`, id"

    private func database(_ schema: TestDatabase.Schema) async throws -> TestDatabase {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        try await database.sql(
            "INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x'), (2, 'bob', 'y')")
        return database
    }

    @Test(arguments: TestDatabase.Schema.allCases)
    func `rows are written with the login's own time in UTC`(schema: TestDatabase.Schema) async throws {
        let database = try await database(schema)
        try await database.sql("SET GLOBAL time_zone = '+05:00'")
        let rows = [row(1, at: 0), row(2, at: 1, service: "smtp", address: nil), row(1, at: 2, address: "2001:db8::1")]
        try await database.store().insert(rows, mayBeThere: false)
        #expect(
            try await database.sql(Self.all) == """
                1\timap\t192.0.2.1\t2026-11-23 17:15:41.123
                2\tsmtp\t-\t2026-11-23 17:15:41.124
                1\timap\t2001:db8::1\t2026-11-23 17:15:41.125

                """)
        #expect(
            try await database.sql("SELECT src_rdns, src_loc, src_isp FROM log LIMIT 1")
                == "host.example.org\t01187 Dresden, SN, Germany\tExample ISP\n")
    }

    @Test(arguments: [TestDatabase.Schema.old, .oldLatin1])
    func `refused logins are written from the moment the old tables are brought up to date, and are no uses`(
        schema: TestDatabase.Schema
    ) async throws {
        let database = try await database(schema)
        let store = try database.store()
        func insert(at time: Int64) async throws {
            var refused = row(1, at: time)
            refused.refusal = "revoked"
            try await store.insert([refused, row(1, at: time + 1)], mayBeThere: time > 0)
            try await store.insert([refused], mayBeThere: true)
        }
        try await insert(at: 0)
        #expect(try await database.sql("SELECT count(*) FROM log") == "1\n")
        #expect(try await store.history(id: 1, limit: 9, offset: 0)?.map(\.refusal) == [nil])
        try await database.sql(try TestDatabase.file("database/mariadb-upgrade.sql"))
        try await database.killConnections()
        try await insert(at: 10)
        try await insert(at: 20)
        #expect(
            try await database.sql("SELECT ifnull(result, '-') FROM log ORDER BY `timestamp`")
                == "-\nrevoked\n-\nrevoked\n-\n")
        try await database.sql("DELETE FROM log WHERE result IS NULL")
        #expect(
            try await database.sql("SELECT ifnull(last_used_timestamp, '-') FROM app_passwords_with_log WHERE id = 1")
                == "-\n")
        #expect(try await store.list(uid: "alice").map(\.lastUsed) == [nil])
        #expect(try await store.rows(after: 0, limit: 1).map(\.isUsed) == [false])
        // What the older program wrote after the upgrade counts.
        try await database.sql("INSERT INTO log (pwid, service, `timestamp`) VALUES (1, 'imap', '2026-11-24 00:00:00')")
        #expect(try await store.list(uid: "alice").map { $0.lastUsed?.service } == ["imap"])
    }

    @Test func `a column that is gone again holds up no row`() async throws {
        let database = try await database(.new)
        let store = try database.store()
        var refused = row(1, at: 0)
        refused.refusal = "denied"
        try await store.insert([refused], mayBeThere: false)
        try await database.sql("DROP VIEW app_passwords_with_log; ALTER TABLE log DROP COLUMN result")
        await #expect(throws: BackendError.self) { try await store.insert([row(1, at: 1)], mayBeThere: false) }
        try await store.insert([row(1, at: 1)], mayBeThere: true)
        #expect(try await database.sql("SELECT count(*) FROM log") == "2\n")
    }

    @Test(arguments: TestDatabase.Schema.allCases)
    func `rows that may be there are written once`(schema: TestDatabase.Schema) async throws {
        let database = try await database(schema)
        let store = try database.store()
        let rows: [LoginLogRow] = (0..<700).map { (number: Int) -> LoginLogRow in
            let service = number % 4 < 2 ? "imap" : "smtp"
            return row(Int64(1 + number % 2), at: Int64(number / 4), service: service)
        }
        try await store.insert(Array(rows[..<400]), mayBeThere: false)
        try await store.insert(rows, mayBeThere: true)
        try await store.insert(rows, mayBeThere: true)
        try await store.insert([row(1, at: 0, address: nil)], mayBeThere: true)
        try await store.insert([row(1, at: 0, address: nil)], mayBeThere: true)
        #expect(
            try await database.sql("SELECT count(*), count(DISTINCT pwid, service, `timestamp`) FROM log")
                == "701\t700\n")
    }

    @Test(arguments: [false, true])
    func `a row whose password was removed is dropped and reported, the others are written`(mayBeThere: Bool)
        async throws
    {
        let database = try await database(.old)
        let refused = RefusedRows()
        let store = try database.store { refused.append($0) }
        let rows = [row(1, at: 0), row(99, at: 1), row(2, at: 2), row(98, at: 3)]
        try await store.insert(rows, mayBeThere: mayBeThere)
        #expect(refused.all == [rows[1], rows[3]])
        #expect(try await database.sql("SELECT pwid FROM log ORDER BY `timestamp`") == "1\n2\n")
        try await store.insert([row(99, at: 4)], mayBeThere: mayBeThere)
        #expect(refused.all.count == 3)
    }

    @Test(arguments: [TestDatabase.Schema.new, .old, .oldLatin1])
    func `values that do not fit are stored as near as possible`(schema: TestDatabase.Schema) async throws {
        let database = try await database(schema)
        var odd = row(1, at: 0, service: String(repeating: "ü", count: 200))
        odd.sourceLocation = "Łódź 😀, Poland"
        odd.sourceISP = String(repeating: "x", count: 100_000)
        odd.sourceName = "a'b\"c\\d\0e"
        try await database.store().insert([odd, row(2, at: 0)], mayBeThere: false)
        #expect(
            try await database.sql("SELECT char_length(service), char_length(src_isp) FROM log WHERE pwid = 1")
                == "127\t4096\n")
        #expect(try await database.sql("SELECT hex(src_rdns) FROM log WHERE pwid = 1") == "61276222635C640065\n")
        let place = try await database.sql("SELECT src_loc FROM log WHERE pwid = 1")
        #expect(place == (schema == .oldLatin1 ? "?ód? ?, Poland\n" : "Łódź 😀, Poland\n"))
        #expect(try await database.sql("SELECT count(*) FROM log") == "2\n")
        try await database.store().insert([odd], mayBeThere: true)
        #expect(try await database.sql("SELECT count(*) FROM log") == "2\n")
    }

    @Test func `all rows are written or none`() async throws {
        let database = try await database(.new)
        try await database.sql(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON log FOR EACH ROW
            IF NEW.service = 'no' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF
            """.withDelimiter)
        let rows = (0..<600).map { row(1, at: Int64($0), service: $0 == 599 ? "no" : "imap") }
        await #expect(throws: BackendError.self) { try await database.store().insert(rows, mayBeThere: false) }
        #expect(try await database.sql("SELECT count(*) FROM log") == "0\n")
    }

    @Test func `nothing to write asks nobody`() async throws {
        let server = DatabaseServer(user: "nobody", password: Secret(""), host: "127.0.0.1", port: 1, database: "none")
        try await MariaDBStore(MariaDBStore.Configuration(server: server)).insert([], mayBeThere: true)
    }

    @Test func `a write that the server is still busy with is waited for, so that nothing is written twice`()
        async throws
    {
        let database = try await database(.old)
        // Another session has written the row and not committed yet, as after an interrupted call.
        async let other = database.sql(
            """
            START TRANSACTION;
            INSERT INTO log (pwid, service, src_ip, `timestamp`) VALUES (1, 'imap', '192.0.2.1', '2026-11-23 17:15:41.123');
            SELECT get_lock('\(database.name)', 0); SELECT sleep(1); COMMIT;
            """)
        try await database.wait(until: "0\n", "SELECT is_used_lock('\(database.name)') IS NULL")
        try await database.store().insert([row(1, at: 0)], mayBeThere: true)
        _ = try await other
        #expect(try await database.sql("SELECT count(*) FROM log") == "1\n")
    }

    @Test(arguments: [false, true])
    func `looking for rows holds no other row, so that a password can be revoked meanwhile`(isPositionKnown: Bool)
        async throws
    {
        let database = try await database(.old)
        try await database.sql(
            """
            INSERT INTO log (pwid, service, src_ip, `timestamp`) SELECT 1 + seq % 2, 'imap', '192.0.2.1',
            '2026-11-23 17:00:00' + INTERVAL seq SECOND FROM seq_1_to_20000
            """)
        let refused = RefusedRows()
        let store = try database.store { refused.append($0) }
        let position = isPositionKnown ? try await store.position() : .min
        // What is looked for last is being written just now, until it is said to commit.
        async let held = try? database.sql("SELECT get_lock('\(database.name)-commit', 0); SELECT sleep(60)")
        try await database.wait(until: "0\n", "SELECT is_used_lock('\(database.name)-commit') IS NULL")
        async let other = database.sql(
            """
            START TRANSACTION;
            INSERT INTO log (pwid, service, src_ip, `timestamp`) VALUES (2, 'imap', '192.0.2.1', '2026-11-23 17:15:41.123');
            SELECT get_lock('\(database.name)', 0); SELECT get_lock('\(database.name)-commit', 60); COMMIT;
            """)
        try await database.wait(until: "0\n", "SELECT is_used_lock('\(database.name)') IS NULL")
        async let written: Void = store.insert([row(1, at: 0), row(2, at: 0)], mayBeThere: true, after: position)
        let waiting = """
            SELECT count(*) FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p
            ON p.id = t.trx_mysql_thread_id WHERE p.db = '\(database.name)' AND t.trx_state = 'LOCK WAIT'
            """
        try await database.wait(until: "1\n", waiting)
        try await database.sql("SET SESSION innodb_lock_wait_timeout = 1; DELETE FROM app_passwords WHERE id = 1")
        #expect(try await database.sql(waiting) == "1\n", "it still waits")
        let holder = try await database.sql("SELECT is_used_lock('\(database.name)-commit')")
        try await database.sql("KILL CONNECTION \(holder)")
        _ = try await (held, other, written)
        #expect(refused.all.map(\.passwordID) == [1])
        #expect(
            try await database.sql("SELECT count(*) FROM log WHERE `timestamp` = '2026-11-23 17:15:41.123'") == "1\n")
    }

    @Test func `rows are looked for behind a position only, and a little before`() async throws {
        let database = try await database(.old)
        let store = try database.store()
        #expect(try await store.position() == 0)
        try await store.insert([row(1, at: 0)], mayBeThere: false)
        let position = try await store.position()
        #expect(position == 1)
        try await store.insert([row(1, at: 1)], mayBeThere: false)
        try await store.insert([row(1, at: 1), row(1, at: 2)], mayBeThere: true, after: position)
        // Servers of a cluster give out ids in turns.
        try await store.insert([row(1, at: 0)], mayBeThere: true, after: position)
        #expect(try await database.sql("SELECT count(*), count(DISTINCT `timestamp`) FROM log") == "3\t3\n")
        // One so far before is not looked at, which is what makes it fast.
        try await store.insert([row(1, at: 0)], mayBeThere: true, after: position + 1_000_000)
        #expect(try await database.sql("SELECT count(*), count(DISTINCT `timestamp`) FROM log") == "4\t3\n")
    }

    @Test(arguments: [false, true])
    func `rows that the table leaves out although their passwords are there are an error, and none is written`(
        mayBeThere: Bool
    ) async throws {
        let database = try await database(.old)
        // A big site's table, whose partitions nobody has added to.
        try await database.sql(
            """
            CREATE TABLE parts LIKE log;
            ALTER TABLE parts DROP PRIMARY KEY, ADD PRIMARY KEY (id, `timestamp`) PARTITION BY RANGE (to_days(`timestamp`))
            (PARTITION p1 VALUES LESS THAN (to_days('2026-11-23')));
            DROP TABLE log; RENAME TABLE parts TO log;
            """)
        let refused = RefusedRows()
        let store = try database.store { refused.append($0) }
        let rows = [row(1, at: -86_400_000), row(1, at: 0), row(2, at: 1)]
        let error = await #expect(throws: BackendError.self) { try await store.insert(rows, mayBeThere: mayBeThere) }
        #expect(error?.code == .refused)
        #expect(error?.debugDescription.contains("left out 2 of 3 rows") == true)
        #expect(try await database.sql("SELECT count(*) FROM log") == "0\n")
        #expect(refused.all.isEmpty)
        try await store.insert([rows[0]], mayBeThere: mayBeThere)
        try await database.sql("ALTER TABLE log ADD PARTITION (PARTITION p2 VALUES LESS THAN MAXVALUE)")
        try await store.insert(Array(rows[1...]), mayBeThere: mayBeThere)
        #expect(try await database.sql("SELECT count(*) FROM log") == "3\n")
    }

    @Test func `writing goes on over a connection that the server closed`() async throws {
        let database = try await database(.new)
        let store = try database.store()
        try await store.insert([row(1, at: 0)], mayBeThere: false)
        try await database.killConnections()
        try await store.insert([row(1, at: 1)], mayBeThere: false)
        #expect(try await database.sql("SELECT count(*) FROM log") == "2\n")
    }
}

extension String {
    /// A statement of several parts, for the client.
    fileprivate var withDelimiter: String { "DELIMITER //\n\(self)//\nDELIMITER ;\n" }
}
