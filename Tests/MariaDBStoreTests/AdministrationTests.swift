import AppPasswordCore
import AuditCore
import MariaDBStore
import TestServers
import Testing

@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct AdministrationTests {
    private let time = Timestamp(milliseconds: 1_795_454_141_000)

    @Test(arguments: [TestDatabase.Schema.new, .old])
    func `passwords are added, listed, renamed and revoked`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        let store = try database.administration()
        let first = try await store.add(uid: "alice", storedHash: "{CRYPT}a", comment: "Phone 📱", created: time)
        let second = try await store.add(
            uid: "alice", storedHash: "{CRYPT}b", comment: nil, created: time.advanced(by: .seconds(1)))
        let third = try await store.add(
            uid: "alice", storedHash: "{CRYPT}c", comment: nil, created: time.advanced(by: .seconds(1)))
        _ = try await store.add(uid: "Alice", storedHash: "{CRYPT}d", comment: nil, created: time)
        let newest = row(first, at: 9, service: "smtp", address: nil)
        try await store.insert([row(first, at: 0), newest, row(first, at: 3)], mayBeThere: false)

        let list = try await store.list(uid: "alice")
        #expect(list.map(\.id) == [third, second, first])
        #expect(
            list[2]
                == AppPasswordSummary(
                    id: first, uid: "alice", comment: "Phone 📱", created: time, deleted: nil, lastUsed: newest))
        #expect(list[0].lastUsed == nil)
        #expect(try await store.list(uid: "al%").isEmpty)

        #expect(try await store.rename(id: first, comment: "Tablet"))
        #expect(try await store.rename(id: first, comment: "Tablet"), "the same comment again is no failure")
        #expect(try await store.rename(id: 999, comment: "x") == false)
        #expect(try await store.revoke(id: first, hard: false, at: time))
        #expect(try await store.revoke(id: first, hard: false, at: time) == false)
        let revoked = try #require(try await store.list(uid: "alice").first { $0.id == first })
        #expect(revoked.deleted == time)
        #expect(revoked.comment == "Tablet")

        #expect(
            try await store.history(id: first, limit: 2, offset: 0)?.map(\.time) == [newest.time, row(1, at: 3).time])
        #expect(try await store.history(id: first, limit: 2, offset: 2)?.count == 1)
        #expect(try await store.history(id: second, limit: 2, offset: 0)?.isEmpty == true)
        #expect(try await store.history(id: 999, limit: 2, offset: 0) == nil)
        #expect(try await store.revoke(id: first, hard: true, at: time))
        #expect(try await store.revoke(id: first, hard: true, at: time) == false)
        #expect(try await database.sql("SELECT count(*) FROM log") == "0\n")
    }

    @Test(arguments: [TestDatabase.Schema.new, .old])
    func `rows are gone through by their ids, those of everybody`(schema: TestDatabase.Schema) async throws {
        let database = try await TestDatabase(schema, on: try await SharedServer.get())
        let store = try database.administration()
        try await database.sql(
            """
            SET sql_mode = '';
            INSERT INTO app_passwords (id, uid, password, created, deleted) VALUES
                (3, 'Dave', '{CRYPT}a', '2026-11-23 17:15:41', NULL), (5, 'erna', '{X}', '0000-00-00 00:00:00', NULL),
                (9, 'zed', '{CRYPT}b', '2026-11-23 17:15:41', '0000-00-00 00:00:00');
            INSERT INTO log (pwid, service, `timestamp`) VALUES (5, 'imap', '2026-11-23 17:15:41');
            """)
        let expected = [
            AppPasswordRow(
                id: 3, uid: "Dave", storedHash: "{CRYPT}a", created: .time(time), deleted: .none, lastUse: .none),
            AppPasswordRow(
                id: 5, uid: "erna", storedHash: "{X}", created: .unreadable, deleted: .none,
                lastUse: .time(Timestamp(milliseconds: 1_795_454_141_000))),
            AppPasswordRow(
                id: 9, uid: "zed", storedHash: "{CRYPT}b", created: .time(time), deleted: .unreadable, lastUse: .none),
        ]
        #expect(try await store.rows(after: .min, limit: 2) == Array(expected[..<2]))
        #expect(try await store.rows(after: 5, limit: 2) == [expected[2]])
        #expect(try await store.rows(after: 9, limit: 2).isEmpty)
    }

    @Test func `what is too long is refused, not cut`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        let store = try database.administration()
        await #expect(throws: BackendError.self) {
            try await store.add(
                uid: "alice", storedHash: String(repeating: "x", count: 257), comment: nil, created: time)
        }
        #expect(try await store.list(uid: "alice").isEmpty)
    }
}
