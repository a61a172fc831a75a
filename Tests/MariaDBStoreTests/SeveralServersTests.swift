import AppPasswordCore
import AuditCore
import Foundation
import Locks
import MariaDBStore
import TestServers
import Testing

/// A `dsn` with two servers, of which one is killed, frozen, or takes no changes. Their rows have other ids, which tells them apart.
@Suite(
    .enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"), .serialized, .timeLimit(.minutes(5)))
struct SeveralServersTests {
    private let first: MariaDBServer
    private let second: MariaDBServer

    init() async throws {
        // What is killed keeps what it said was written.
        let options = ["--innodb-flush-log-at-trx-commit=1"]
        (first, second) = (try await MariaDBServer(options: options), try await MariaDBServer(options: options))
        for (id, server) in [(1, first), (2, second)] {
            try await server.sql(
                """
                CREATE DATABASE mail_auth; CREATE USER 's'@'127.0.0.1' IDENTIFIED BY 'p';
                GRANT SELECT, INSERT, UPDATE ON mail_auth.* TO 's'@'127.0.0.1';
                """)
            try await server.sql(try TestDatabase.file("database/mariadb.sql"), database: "mail_auth")
            try await server.sql(
                "INSERT INTO app_passwords (id, uid, password) VALUES (\(id), 'alice', 'x')", database: "mail_auth")
        }
    }

    private func store(
        _ target: DatabaseServer.Target = .primary, noticed: @escaping @Sendable (MariaDBNotice) -> Void = { _ in }
    ) -> MariaDBStore {
        var server = DatabaseServer(user: "s", password: Secret("p"), port: first.port, database: "mail_auth")
        (server.others, server.target) = ([DatabaseHost("127.0.0.1", port: second.port)], target)
        var configuration = MariaDBStore.Configuration(server: server)
        configuration.poolSize = 4
        configuration.returnPause = .milliseconds(100)
        return MariaDBStore(configuration, noticed: noticed)
    }

    private func answering(_ store: MariaDBStore) async throws -> Int64? {
        try await store.passwords(of: "alice").first?.id
    }

    /// Logs in until another server answers; at most 60 s. No login may fail meanwhile.
    private func comesBack(to id: Int64, _ store: MariaDBStore) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline { if try await answering(store) == id { return true } }
        return false
    }

    @Test func `one that is dead is passed over, and used again when it is back`() async throws {
        let notices = Mutex<[MariaDBNotice]>([])
        let store = store { notice in notices.withLock { $0.append(notice) } }
        #expect(try await answering(store) == 1)
        try await first.process.kill()
        for _ in 0..<20 { #expect(try await answering(store) == 2) }
        try await first.process.start()
        #expect(try await comesBack(to: 1, store))
        let hosts = [second, first].map { MariaDBNotice.otherServer(DatabaseHost("127.0.0.1", port: $0.port)) }
        #expect(notices.withLock { $0 } == hosts)
    }

    @Test func `one that stands still costs the logins under way their timeout, and no other`() async throws {
        let store = store()
        #expect(try await answering(store) == 1)
        first.process.freeze()
        defer { first.process.thaw() }
        // Asked a moment after its last answer, it is waited for; had it been idle for a second, it would not be.
        do throws(BackendError) {
            #expect(try await store.passwords(of: "alice").first?.id == 2)
        } catch {
            #expect(error.code == .timedOut)
        }
        for _ in 0..<20 { #expect(try await answering(store) == 2) }
    }

    @Test func `one that takes no changes is passed over, unless any will do`() async throws {
        try await first.sql("SET GLOBAL read_only = 1")
        #expect(try await answering(store()) == 2)
        #expect(try await answering(store(.any)) == 1)
        try await second.sql("SET GLOBAL read_only = 1")
        let store = store()
        await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
    }

    @Test func `one that stops taking changes loses no row`() async throws {
        let store = store(.any)
        for (round, server) in [first, second].enumerated() {
            try await server.sql(
                "INSERT IGNORE INTO app_passwords (id, uid, password) VALUES (3, 'bob', 'x')", database: "mail_auth")
            let row = LoginLogRow(
                passwordID: 3, service: "imap", sourceAddress: nil,
                time: Timestamp(milliseconds: 1_700_000_000_000 + Int64(round)))
            try await store.insert([row], mayBeThere: false)
            #expect(try await server.sql("SELECT count(*) FROM log", database: "mail_auth") == "1\n")
            try await server.sql("SET GLOBAL read_only = 1")
        }
    }

    @Test func `where none can be had, logins are told at once`() async throws {
        let store = store()
        try await first.process.kill()
        try await second.process.kill()
        let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
        #expect(error?.code == .unreachable)
    }
}
