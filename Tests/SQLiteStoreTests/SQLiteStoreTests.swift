import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Foundation
import GRDB
import SQLiteStore
import Testing

struct SQLiteStoreTests {
    /// A file in a directory of its own, removed with the value that is last to go.
    final class TemporaryFile {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sqlite-store-\(UUID().uuidString)")
        var path: String { directory.appending(path: "deeper/app.sqlite").path }
        deinit { try? FileManager.default.removeItem(at: directory) }

        func change(_ sql: String) throws {
            try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
        }
    }

    let file = TemporaryFile()

    /// With a timeout that other tests on a busy machine do not use up.
    private func open() throws -> SQLiteStore { try SQLiteStore(path: file.path, timeout: .seconds(60)) }

    @Test func `SQLite keeps the contracts`() async throws {
        let store = try open()
        try await AppPasswordStoreContract { store }.run()
        try await LoginLogContract { store }.run()
        try await AppPasswordAdministrationContract { store }.run()
        try await LimitsContract { store }.run()
        try await EndingPasswordsContract { store }.run()
        try await EndedPasswordsContract { store }.run()
        let again = try open()
        try await LoginLogContract { again }.run()
    }

    @Test func `the DDL in the tree is the DDL that is used`() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let tree = tests.appending(path: "../../database/sqlite.sql")
        #expect(try String(contentsOf: tree, encoding: .utf8) == SQLiteSchema.ddl)
    }

    /// A file as the first version made it, with a password that was used once.
    private func makeOldFile() throws {
        try FileManager.default.createDirectory(
            at: file.directory.appending(path: "deeper"), withIntermediateDirectories: true)
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        try file.change(try String(contentsOf: tests.appending(path: "Fixtures/version-1.sql"), encoding: .utf8))
        try file.change(
            """
            INSERT INTO app_passwords (uid, password) VALUES ('alice', 'x');
            INSERT INTO log (pwid, service, timestamp) VALUES (1, 'imap', '2026-11-23 17:15:41.123');
            """)
    }

    @Test func `a file of the first version is brought up to date and keeps its rows`() async throws {
        try makeOldFile()
        let store = try open()
        var refused = LoginLogRow(
            passwordID: 1, service: "smtp", sourceAddress: nil, time: Timestamp(milliseconds: 1_795_454_142_000))
        refused.refusal = "denied"
        try await store.insert([refused], mayBeThere: false)
        #expect(try await open().list(uid: "alice").map { $0.lastUsed?.service } == ["imap"])
        #expect(try await store.history(id: 1, limit: 9, offset: 0)?.map(\.refusal) == ["denied", nil])
        let (columns, used, version) = try await DatabaseQueue(path: file.path).read { database in
            (
                try database.columns(in: "log").map(\.name),
                try String.fetchOne(database, sql: "SELECT last_used_timestamp FROM app_passwords_with_log"),
                try Int.fetchOne(database, sql: "PRAGMA user_version")
            )
        }
        #expect(columns.last == "result")
        #expect(used == "2026-11-23 17:15:41.123")
        #expect(version == SQLiteSchema.version)
        var limits = Limits()
        limits.services = ["imap"]
        #expect(try await store.limit(id: 1, limits))
        #expect(try await store.passwords(of: "alice").map { try $0.limits?.read().services } == [["imap"]])
        // A second time there is nothing to do, whatever its number says.
        try file.change("PRAGMA user_version = 1")
        #expect(try await open().history(id: 1, limit: 9, offset: 0)?.count == 2)
    }

    @Test func `the view has the plugin's eleven columns and the newest log row`() async throws {
        let store = try open()
        let time = Timestamp(milliseconds: 1_763_918_141_123)
        let id = try await store.add(uid: "alice", storedHash: "{CRYPT}$6$x", comment: "phone", created: time)
        for offset in [1, 2, 0] as [Int64] {
            let used = Timestamp(milliseconds: time.milliseconds + offset)
            try await store.insert(
                [LoginLogRow(passwordID: id, service: "imap", sourceAddress: "::1", time: used)], mayBeThere: false)
        }
        let rows = try DatabaseQueue(path: file.path).read {
            try Row.fetchAll($0, sql: "SELECT * FROM app_passwords_with_log")
        }
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        #expect(
            Array(row.columnNames) == [
                "id", "uid", "password", "created", "comment", "last_used_timestamp", "last_used_src_ip",
                "last_used_src_rdns", "last_used_src_loc", "last_used_src_isp", "deleted",
            ])
        #expect(row["last_used_timestamp"] == "2025-11-23 17:15:41.125")
    }

    @Test(arguments: ["x'ff'", "5", "1.5", "''", "char(0)", "'nonsense;'", "'0000-00-00 00:00:00'"])
    func `hostile limits are unreadable, and everything else goes on`(value: String) async throws {
        let store = try open()
        let time = Timestamp(milliseconds: 0)
        for name in ["a", "b"] { _ = try await store.add(uid: "alice", storedHash: name, comment: nil, created: time) }
        for column in StoredLimits.columnNames where !["bound", "note", "set_by", "set_at"].contains(column) {
            // A number is a service, an AS and a number of days.
            if value == "5", ["services", "as_numbers", "unused_days"].contains(column) { continue }
            if column == "services", ["1.5", "'nonsense;'"].contains(value) { continue }
            if column == "as_numbers", value == "1.5" { continue }
            // A blank in a name, which the test of names has.
            if column == "services", value.hasPrefix("'0000") { continue }
            try file.change("INSERT OR REPLACE INTO app_password_limits (pwid, \(column)) VALUES (1, \(value))")
            let rows = try await store.passwords(of: "alice").sorted { $0.id < $1.id }
            #expect(rows.map { $0.limits == nil } == [false, true])
            #expect(throws: LimitsError.self, "\(column) = \(value)") { try rows[0].limits?.read() }
            #expect(rows[0].limits?.now != nil)
        }
    }

    @Test func `the file and its directory are nobody else's`() throws {
        _ = try open()
        let directory = URL(fileURLWithPath: file.path).deletingLastPathComponent().path
        for (path, mode) in [(file.path, 0o600), (directory, 0o700)] {
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
        }
    }

    @Test func `what is written is on the disk, not only with the kernel`() async throws {
        let store = try open()
        #expect(try await store.syncsCommits)
        // Also in a file that has taken the first one's place.
        let other = TemporaryFile()
        _ = try SQLiteStore(path: other.path, timeout: .seconds(60))
        for name in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + name) }
        try FileManager.default.moveItem(atPath: other.path, toPath: file.path)
        #expect(try await store.syncsCommits)
    }

    @Test func `an id is never used again`() async throws {
        let store = try open()
        let time = Timestamp(milliseconds: 0)
        let first = try await store.add(uid: "alice", storedHash: "a", comment: nil, created: time)
        _ = try await store.revoke(id: first, hard: true, at: time)
        #expect(try await store.add(uid: "alice", storedHash: "b", comment: nil, created: time) > first)
    }

    @Test func `hostile rows are unusable, not an error`() async throws {
        let store = try open()
        try file.change(
            """
            DROP VIEW app_passwords_with_log; DROP TABLE app_passwords;
            CREATE TABLE app_passwords (id INTEGER PRIMARY KEY, uid, password, created, comment, deleted);
            INSERT INTO app_passwords (uid, password, created, comment, deleted) VALUES
                ('alice', NULL, NULL, NULL, NULL), ('alice', x'00ff', x'00', x'ff', NULL), ('alice', 42, 'yesterday', 1.5, NULL),
                ('alice', CAST(x'7b435259ff' AS TEXT), '0000-00-00 00:00:00', CAST(x'ff' AS TEXT), x'00'),
                ('alice', '', '9999-99-99 99:99:99', '', ''), (x'616c696365', '{CRYPT}$6$blob', NULL, NULL, NULL),
                ('alice', '{CRYPT}$6$good', '2026-11-23 17:15:41.123', 'good', NULL);
            INSERT INTO log (pwid, service, src_ip, timestamp, result) VALUES
                (7, x'ff', 5, '2026-11-23 17:15:41', x'ff'), (7, NULL, NULL, 'never', NULL),
                (7, CAST(x'ff' AS TEXT), x'', 1.5, NULL), (7, 'imap', NULL, '2026-11-23 17:15:41', 5);
            """)
        let rows = try await store.passwords(of: "alice")
        #expect(rows.map(\.isDeleted) == [false, false, false, true, true, false])
        #expect(rows.map(\.storedHash) == ["", "", "", "{CRY\u{FFFD}", "", "{CRYPT}$6$good"])
        #expect(rows.compactMap(\.created) == [Timestamp(milliseconds: 1_795_454_141_123)])
        #expect(try await store.list(uid: "alice").count == 6)
        #expect(try await store.history(id: 7, limit: 10, offset: 0)?.map(\.refusal) == ["5", "refused"])
    }

    @Test(arguments: ["'0000-00-00 00:00:00'", "'0000-00-00'", "1732000000", "''", "0", "x'00'", "1.5", "'never'"])
    func `what is no time in deleted says deleted, everywhere`(deleted: String) async throws {
        let store = try open()
        try file.change("INSERT INTO app_passwords (uid, password, deleted) VALUES ('zed', '{CRYPT}$6$x', \(deleted))")
        #expect(try await store.passwords(of: "zed").map(\.isDeleted) == [true])
        #expect(try await store.list(uid: "zed").map(\.deleted) == [Timestamp(milliseconds: 0)])
        #expect(try await store.rows(after: 0, limit: 9).map(\.deleted) == [.unreadable])
        #expect(try await store.history(id: 1, limit: 9, offset: 0) == [])
        #expect(try await store.revoke(id: 1, hard: false, at: Timestamp(milliseconds: 5)) == false)
        #expect(try await store.revoke(id: 1, hard: true, at: Timestamp(milliseconds: 5)))
    }

    @Test func `an error names the file`() async throws {
        try FileManager.default.createDirectory(at: file.directory, withIntermediateDirectories: true)
        try Data().write(to: file.directory.appending(path: "deeper"))  // a file where a directory should be
        let error = #expect(throws: BackendError.self) { try SQLiteStore(path: file.path) }
        #expect(error?.debugDescription.contains(file.path) == true, "\(String(describing: error))")
        let missing = #expect(throws: BackendError.self) { try SQLiteStore(path: file.path + "x", makesFile: false) }
        #expect(missing?.debugDescription.contains(file.path + "x") == true)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to make files for others"))
    func `made by root, the file belongs to the owner of its directory`() throws {
        let nobody: uid_t = 65534
        try FileManager.default.createDirectory(at: file.directory, withIntermediateDirectories: true)
        #expect(chown(file.directory.path, nobody, nobody) == 0)
        _ = try open()
        let directory = URL(fileURLWithPath: file.path).deletingLastPathComponent().path
        for path in [directory, file.path] {
            #expect(
                try FileManager.default.attributesOfItem(atPath: path)[.ownerAccountID] as? UInt32 == nobody, "\(path)")
        }
    }

    @Test func `a locked database is a timeout, and the rows can be written when it is free`() async throws {
        let store = try open()
        let hasty = try SQLiteStore(path: file.path, timeout: .milliseconds(100))
        let time = Timestamp(milliseconds: 0)
        let id = try await store.add(uid: "alice", storedHash: "a", comment: nil, created: time)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file.path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let rows = [LoginLogRow(passwordID: id, service: "imap", sourceAddress: nil, time: time)]
        let error = await #expect(throws: BackendError.self) { try await hasty.insert(rows, mayBeThere: false) }
        #expect(error?.code == .timedOut)
        #expect(try await store.passwords(of: "alice").count == 1)  // readers do not wait for writers
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await store.insert(rows, mayBeThere: true)
        #expect(try await store.history(id: id, limit: 9, offset: 0) == rows)
    }

    @Test func `a query without end is ended`() async throws {
        let store = try SQLiteStore(path: file.path, timeout: .milliseconds(100))
        try file.change(
            """
            DROP VIEW app_passwords_with_log; DROP TABLE app_passwords;
            CREATE VIEW app_passwords AS
                WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers)
                SELECT max(id) AS id, 'alice' AS uid, '' AS password, '' AS created, '' AS comment, '' AS deleted FROM numbers;
            """)
        for _ in 0..<3 {  // more than there are lanes
            let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
            #expect(error?.code == .timedOut)
        }
        try file.change(
            """
            DROP VIEW app_passwords;
            CREATE VIEW app_passwords AS
                SELECT 1 AS id, 'alice' AS uid, '' AS password, '' AS created, '' AS comment, '' AS deleted;
            """)
        #expect(await eventually { (try? await store.passwords(of: "alice"))?.count == 1 })
    }

    private func eventually(_ condition: () async -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline { if await condition() { return true } }
        return false
    }

    @Test func `a removed file is trouble, another in its place is opened`() async throws {
        let store = try open()
        _ = try await store.add(uid: "alice", storedHash: "a", comment: nil, created: Timestamp(milliseconds: 0))
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
        let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
        #expect(error?.code == .unreachable)
        _ = try open()
        #expect(try await store.passwords(of: "alice") == [])
    }

    @Test(arguments: ["not a database, but long enough to be taken for the header of one, one would think", "PRAGMA"])
    func `what is no database of ours is refused`(content: String) throws {
        try FileManager.default.createDirectory(
            at: file.directory.appending(path: "deeper"), withIntermediateDirectories: true)
        if content == "PRAGMA" {
            try file.change("PRAGMA user_version = 99")
        } else {
            try Data(content.utf8).write(to: URL(fileURLWithPath: file.path))
        }
        #expect(throws: BackendError.self) { try SQLiteStore(path: file.path) }
    }

    @Test func `a directory that cannot be made is an error`() throws {
        #expect(throws: BackendError.self) { try SQLiteStore(path: "/proc/no/such.sqlite") }
    }

    @Test func `an error tells nothing of the values`() async throws {
        let store = try open()
        let time = Timestamp(milliseconds: 0)
        _ = try await store.add(uid: "alice", storedHash: "SECRET", comment: nil, created: time)
        let error = await #expect(throws: BackendError.self) {
            try await store.add(uid: "alice", storedHash: "SECRET", comment: nil, created: time)
        }
        #expect(error?.code == .refused)
        #expect(error?.debugDescription.contains("SECRET") == false)
        #expect(error?.debugDescription.contains("INSERT") == false)
    }
}
