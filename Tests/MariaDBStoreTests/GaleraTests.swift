import AppPasswordCore
import AuditCore
import Foundation
import Locks
import MariaDBStore
import TestServers
import Testing

/// A `dsn` with the three nodes of a real Galera cluster, which fall apart in different ways.
@Suite(.enabled(if: GaleraCluster.canRun, "\(GaleraCluster.missing)"), .serialized, .timeLimit(.minutes(5)))
struct GaleraTests {
    private static func cluster() async throws -> GaleraCluster {
        try await GaleraCluster { seed in
            try await seed.sql(
                """
                CREATE DATABASE mail_auth; CREATE USER 's'@'127.0.0.1' IDENTIFIED BY 'p';
                GRANT SELECT, INSERT, UPDATE ON mail_auth.* TO 's'@'127.0.0.1';
                """)
            for file in ["mariadb.sql", "mariadb-replica.sql"] {
                try await seed.sql(try TestDatabase.file("database/\(file)"), database: "mail_auth")
            }
            try await seed.sql(
                "INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x')", database: "mail_auth")
        }
    }

    private static func host(_ node: MariaDBServer) -> DatabaseHost { DatabaseHost("127.0.0.1", port: node.port) }

    private static func server(_ nodes: [MariaDBServer], _ target: DatabaseServer.Target) -> DatabaseServer {
        var server = DatabaseServer(user: "s", password: Secret("p"), port: nodes[0].port, database: "mail_auth")
        (server.others, server.target) = (nodes.dropFirst().map(host), target)
        return server
    }

    private static func store(
        _ nodes: [MariaDBServer], reading replicas: [MariaDBServer] = [],
        noticed: @escaping @Sendable (MariaDBNotice) -> Void
    ) -> MariaDBStore {
        var configuration = MariaDBStore.Configuration(server: server(nodes, .primary))
        if !replicas.isEmpty {
            configuration.replica = MariaDBStore.Configuration.Replica(server: server(replicas, .any))
        }
        configuration.poolSize = 2
        configuration.timeout = .seconds(2)
        configuration.writeTimeout = .seconds(20)
        configuration.returnPause = .milliseconds(100)
        return MariaDBStore(configuration, noticed: noticed)
    }

    /// Logs in until it is so, at most 60 s: each time the password is there, or nobody can tell.
    ///
    /// - Returns: How many could not be told.
    private func logsIn(_ store: MariaDBStore, until isSo: (Result<[AppPassword], BackendError>) -> Bool) async -> Int {
        let deadline = ContinuousClock.now + .seconds(60)
        var untold = 0
        while ContinuousClock.now < deadline {
            let result: Result<[AppPassword], BackendError>
            do throws(BackendError) { result = .success(try await store.passwords(of: "alice")) } catch {
                result = .failure(error)
                untold += 1
            }
            if case .success(let rows) = result { #expect(rows.map(\.id) == [1], "a name that is known was unknown") }
            if isSo(result) { return untold }
        }
        Issue.record("it never came to that in 60 s")
        return untold
    }

    @Test func `a node that is cut off is passed over, and without a majority nobody is told that he is unknown`()
        async throws
    {
        let cluster = try await Self.cluster()
        let nodes = cluster.nodes
        let inUse = Mutex<DatabaseHost?>(nil)
        let store = Self.store(nodes) { notice in
            if case .otherServer(let host) = notice { inUse.withLock { $0 = host } }
        }
        #expect(try await store.passwords(of: "alice").map(\.id) == [1])

        // Galera says 1047 there as soon as it has noticed.
        try await cluster.cutOff(nodes[0])
        let untold = await logsIn(store) { _ in inUse.withLock { $0 } == Self.host(nodes[1]) }
        #expect(untold == 0, "another node is asked within the call")
        let row = LoginLogRow(
            passwordID: 1, service: "imap", sourceAddress: nil, time: Timestamp(milliseconds: 1_700_000_000_000))
        try await store.insert([row], mayBeThere: false)
        try await cluster.letIn(nodes[0])
        _ = await logsIn(store) { _ in inUse.withLock { $0 } == Self.host(nodes[0]) }
        #expect(try await nodes[0].sql("SELECT count(*) FROM log", database: "mail_auth") == "1\n")

        // Who is left has no majority, and says so.
        nodes[0].process.freeze()
        nodes[2].process.freeze()
        try await cluster.waitForLostMajority(nodes[1])
        for _ in 0..<5 {
            let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
            #expect([.unreachable, .timedOut, .refused].contains(error?.code), "\(error as Any)")
        }
        nodes[0].process.thaw()
        nodes[2].process.thaw()
        var inARow = 0
        _ = await logsIn(store) { result in
            if case .success = result { inARow += 1 } else { inARow = 0 }
            return inARow > 50
        }
        try await cluster.waitForSync(nodes[1])
        #expect(try await nodes[1].sql("SELECT count(*) FROM log", database: "mail_auth") == "1\n")
    }

    @Test func `a node that is read is believed at once, and one that is killed serves again when it is back`()
        async throws
    {
        let cluster = try await Self.cluster()
        let nodes = cluster.nodes
        let inUse = Mutex<DatabaseHost?>(nil)
        let ofReplica = Mutex<[MariaDBNotice]>([])
        let store = Self.store([nodes[1], nodes[0]], reading: [nodes[2]]) { notice in
            switch notice {
            case .otherServer(let host): inUse.withLock { $0 = host }
            default: ofReplica.withLock { $0.append(notice) }
            }
        }
        // A node shows a heartbeat before the one that it was written in has confirmed it.
        try await nodes[2].sql("SET GLOBAL general_log = 1")
        let beats = "SELECT IFNULL(MAX(beat), 0) FROM web_auth_heartbeat"
        let deadline = ContinuousClock.now + .seconds(60)
        while try await Int(nodes[0].sql(beats, database: "mail_auth").dropLast()) ?? 0 < 12, .now < deadline {
            for _ in 0..<100 { #expect(try await store.recentPasswords(of: ["alice"]).rows.map(\.id) == [1]) }
        }
        #expect(store.replicaStatus?.failed == 0)
        #expect(ofReplica.withLock { $0 } == [.replicaIsRead])
        let log = try String(contentsOfFile: nodes[2].generalLog, encoding: .utf8)
        #expect(
            log.contains("web_auth_heartbeat") && !log.contains("wsrep_sync_wait"), "no login waits for other nodes")

        try await nodes[1].process.kill()
        _ = await logsIn(store) { _ in inUse.withLock { $0 } == Self.host(nodes[0]) }
        let row = LoginLogRow(
            passwordID: 1, service: "imap", sourceAddress: nil, time: Timestamp(milliseconds: 1_700_000_000_000))
        try await store.insert([row], mayBeThere: false)
        async let isBack: Void = cluster.startAgain(nodes[1])
        _ = await logsIn(store) { _ in inUse.withLock { $0 } == Self.host(nodes[1]) }
        try await isBack
        try await cluster.waitForSync(nodes[1])
        #expect(try await nodes[1].sql("SELECT count(*) FROM log", database: "mail_auth") == "1\n")
        try await store.insert([row], mayBeThere: true)
        #expect(try await nodes[1].sql("SELECT count(*) FROM log", database: "mail_auth") == "1\n")
    }
}
