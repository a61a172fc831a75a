import AppPasswordCore
import Foundation
import Locks
import MariaDBStore
import TestServers
import Testing

/// A primary and its replica, which is stopped, killed and frozen.
@Suite(
    .enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"), .serialized, .timeLimit(.minutes(5)))
struct ReplicaTests {
    private let primary: MariaDBServer
    private let replica: MariaDBServer

    init() async throws {
        let servers = try await ReplicatedMariaDB()
        (primary, replica) = (servers.primary, servers.replica)
    }

    private func store(
        lag: Duration = .seconds(1), limits: LimitsMemory = LimitsMemory(),
        noticed: @escaping @Sendable (MariaDBNotice) -> Void = { _ in }
    ) -> MariaDBStore {
        func server(_ port: UInt16) -> DatabaseServer {
            DatabaseServer(user: "s", password: Secret("p"), port: port, database: "mail_auth")
        }
        var configuration = MariaDBStore.Configuration(server: server(primary.port))
        configuration.poolSize = 2
        configuration.timeout = .seconds(10)
        configuration.replica = MariaDBStore.Configuration.Replica(server: server(replica.port), longestLag: lag)
        return MariaDBStore(configuration, limits: limits, noticed: noticed)
    }

    /// Logs in until the replica answers, or the primary in its place.
    private func comes(_ store: MariaDBStore, toReplica wanted: Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if try await store.recentPasswords(of: ["alice"]).mayLag == wanted { return true }
        }
        return false
    }

    @Test func `a replica that follows is read, and what it does not have is no answer yet`() async throws {
        let store = store()
        #expect(try await comes(store, toReplica: true))
        #expect(try await store.recentPasswords(of: ["alice"]).rows.map(\.id) == [1])
        let none = try await store.recentPasswords(of: ["bob"])
        #expect(none.rows.isEmpty && none.mayLag)
        #expect(try await primary.sql("SELECT count(*) FROM web_auth_heartbeat", database: "mail_auth") == "1\n")
    }

    @Test func `what was revoked is read as such within the lag that is allowed, whatever the replica does`()
        async throws
    {
        let notices = Mutex<[MariaDBNotice]>([])
        let store = store { notice in notices.withLock { $0.append(notice) } }
        #expect(try await comes(store, toReplica: true))
        try await replica.sql("STOP SLAVE SQL_THREAD")
        try await primary.sql("UPDATE app_passwords SET deleted = UTC_TIMESTAMP()", database: "mail_auth")
        let revoked = ContinuousClock.now
        var old = 0
        while ContinuousClock.now < revoked + .seconds(3) {
            let start = ContinuousClock.now
            let answer = try await store.recentPasswords(of: ["alice"])
            let isOld = answer.rows.contains { !$0.isDeleted }
            if isOld { old += 1 }
            #expect(!isOld || start < revoked + .seconds(1))
        }
        #expect(old > 0, "the replica was read at first")
        // One that was made meanwhile is there when the primary is asked.
        try await primary.sql(
            "INSERT INTO app_passwords (id, uid, password) VALUES (2, 'bob', 'x')", database: "mail_auth")
        #expect(try await store.passwords(of: "bob").map(\.id) == [2])
        try await replica.sql("START SLAVE SQL_THREAD")
        #expect(try await comes(store, toReplica: true))
        // A machine that has too much to do may find it late more than once.
        let said = notices.withLock { $0 }
        #expect(said.count.isMultiple(of: 2) == false && said.count >= 3, "\(said)")
        for (number, notice) in said.enumerated() {
            #expect((notice == .replicaIsRead) == number.isMultiple(of: 2), "\(said)")
        }
    }

    @Test func `it is found to be well again also by logins of names that nobody has`() async throws {
        let store = store()
        #expect(try await comes(store, toReplica: true))
        try await replica.sql("STOP SLAVE SQL_THREAD")
        #expect(try await comes(store, toReplica: false))
        let before = try #require(store.replicaStatus)
        #expect(before.isRead == false && before.used > 0 && before.passedOver > 0 && before.lag == nil)
        try await replica.sql("START SLAVE SQL_THREAD")
        let deadline = ContinuousClock.now + .seconds(60)
        while store.replicaStatus?.isRead == false, ContinuousClock.now < deadline {
            #expect(try await store.recentPasswords(of: ["nobody"]).rows.isEmpty)
        }
        #expect(store.replicaStatus?.isRead == true)
    }

    @Test func `where heartbeats cannot be written any more, it is said that the primary is read`() async throws {
        let notices = Mutex<[MariaDBNotice]>([])
        let store = store { notice in notices.withLock { $0.append(notice) } }
        #expect(try await comes(store, toReplica: true))
        #expect(store.replicaStatus?.isRead == true && store.replicaStatus?.lag != nil)
        try await primary.sql("REVOKE INSERT ON mail_auth.web_auth_heartbeat FROM 's'@'127.0.0.1'")
        #expect(try await comes(store, toReplica: false))
        let status = try #require(store.replicaStatus)
        #expect(status.isRead == false && status.lag == nil)
        try await primary.sql("GRANT INSERT ON mail_auth.web_auth_heartbeat TO 's'@'127.0.0.1'")
        #expect(try await comes(store, toReplica: true))
        #expect(store.replicaStatus?.isRead == true)
        let said = notices.withLock { $0 }
        guard said.count == 3, case .replicaIsNotRead(let reason) = said[1] else {
            Issue.record("\(said)")
            return
        }
        #expect(reason.contains("no heartbeat can be written in the primary"))
    }

    @Test func `a heartbeat needs no right to remove those of others`() async throws {
        try await primary.sql("REVOKE DELETE ON mail_auth.web_auth_heartbeat FROM 's'@'127.0.0.1'")
        #expect(try await comes(store(), toReplica: true))
    }

    @Test func `what a replica has not committed is not read there, whatever its settings are`() async throws {
        try await replica.sql("SET GLOBAL tx_isolation = 'READ-UNCOMMITTED'")
        async let held = replica.sql(
            """
            BEGIN; INSERT INTO app_passwords (id, uid, password) VALUES (2, 'alice', 'y'); DO SLEEP(120); ROLLBACK
            """, database: "mail_auth")
        let sleepers = "SELECT id FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'"
        let deadline = ContinuousClock.now + .seconds(60)
        var sleeper = ""
        while sleeper.isEmpty, ContinuousClock.now < deadline { sleeper = try await replica.sql(sleepers) }
        let store = store(lag: .seconds(30))
        #expect(try await comes(store, toReplica: true))
        #expect(try await store.recentPasswords(of: ["alice"]).rows.map(\.id) == [1])
        try await replica.sql("KILL QUERY \(sleeper)")
        _ = try? await held
    }

    @Test func `limits that only the replica shows are no reason to let nobody in at the primary`() async throws {
        // On the primary alone: its user may not see them there.
        try await primary.sql(
            """
            SET SESSION sql_log_bin = 0;
            REVOKE SELECT ON mail_auth.* FROM 's'@'127.0.0.1';
            GRANT SELECT ON mail_auth.app_passwords TO 's'@'127.0.0.1';
            GRANT SELECT ON mail_auth.log TO 's'@'127.0.0.1';
            """)
        let limits = LimitsMemory()
        #expect(try await comes(store(limits: limits), toReplica: true))
        #expect(try await store(limits: limits).passwords(of: "alice").map(\.id) == [1])
    }

    @Test func `one that may not read the limits is not believed to have none`() async throws {
        try await primary.sql(
            "INSERT INTO app_password_limits (pwid, services) VALUES (1, 'smtp')", database: "mail_auth")
        // On the replica alone: its root may change what is read-only for others.
        try await replica.sql(
            """
            REVOKE SELECT ON mail_auth.* FROM 's'@'127.0.0.1';
            GRANT SELECT ON mail_auth.app_passwords TO 's'@'127.0.0.1';
            GRANT SELECT ON mail_auth.web_auth_heartbeat TO 's'@'127.0.0.1';
            """)
        let notices = Mutex<[MariaDBNotice]>([])
        let store = store { notice in notices.withLock { $0.append(notice) } }
        let end = ContinuousClock.now + .seconds(3)
        while ContinuousClock.now < end || notices.withLock({ $0.isEmpty }) {
            let answer = try await store.recentPasswords(of: ["alice"])
            #expect(!answer.mayLag && answer.rows.count == 1 && answer.rows[0].limits != nil)
        }
        #expect(store.replicaStatus?.isRead == false)
    }

    private static func kind(_ trouble: ReplicaTrouble?) -> String {
        switch trouble {
        case .noHeartbeat: "no heartbeat"
        case .unreadable: "unreadable"
        case .late: "late"
        case nil: "none"
        }
    }

    @Test func `who wants to know is told how far it is behind, or what is wrong`() async throws {
        let lag = try #require(try await store(lag: .seconds(30)).replicaLag())
        #expect(lag < .seconds(30))
        try await replica.sql("STOP SLAVE SQL_THREAD")
        let late = await #expect(throws: ReplicaTrouble.self) { try await store().replicaLag() }
        #expect(Self.kind(late) == "late")
        try await replica.process.kill()
        let gone = await #expect(throws: ReplicaTrouble.self) { try await store().replicaLag() }
        #expect(Self.kind(gone) == "unreadable")
        try await primary.sql("DROP TABLE web_auth_heartbeat", database: "mail_auth")
        let mute = await #expect(throws: ReplicaTrouble.self) { try await store().replicaLag() }
        #expect(Self.kind(mute) == "no heartbeat")
    }

    @Test func `a replica that hears nothing from its primary is not believed`() async throws {
        let store = store()
        #expect(try await comes(store, toReplica: true))
        try await replica.sql("STOP SLAVE IO_THREAD")
        #expect(try await comes(store, toReplica: false))
    }

    @Test(arguments: ["killed", "frozen", "delayed"])
    func `a replica that is gone costs no login an error`(way: String) async throws {
        let store = store()
        #expect(try await comes(store, toReplica: true))
        switch way {
        case "killed": try await replica.process.kill()
        case "frozen": replica.process.freeze()
        default: try await replica.sql("STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=5; START SLAVE")
        }
        defer { replica.process.thaw() }
        #expect(try await comes(store, toReplica: false))
        let (start, before) = (ContinuousClock.now, store.replicaStatus?.failed ?? 0)
        while ContinuousClock.now < start + .seconds(3) {
            #expect(try await store.recentPasswords(of: ["alice"]).rows.map(\.id) == [1])
        }
        let waited = (store.replicaStatus?.failed ?? 0) - before
        #expect(waited <= Int((.now - start) / .seconds(1)) + 1, "one a second at most waits for it")
    }

    @Test func `without the table the primary is read, and that is said once`() async throws {
        try await primary.sql("DROP TABLE web_auth_heartbeat", database: "mail_auth")
        let notices = Mutex<[MariaDBNotice]>([])
        let store = store { notice in notices.withLock { $0.append(notice) } }
        let deadline = ContinuousClock.now + .seconds(20)
        while notices.withLock({ $0.isEmpty }), ContinuousClock.now < deadline {
            #expect(try await !store.recentPasswords(of: ["alice"]).mayLag)
        }
        let said = notices.withLock { $0 }
        #expect(said.count == 1, "\(said)")
        guard case .replicaIsNotRead(let reason)? = said.first else {
            Issue.record("\(said)")
            return
        }
        #expect(reason.contains("web_auth_heartbeat"))
    }
}
