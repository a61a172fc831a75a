import Foundation
import Locks
import TestServers
import Testing

/// Two servers, a MariaDB with a replica and a Redis, of which each in turn is frozen, killed and brought back under load.
@Suite(
    .enabled(
        if: InstalledServers.mariadb && InstalledServers.redis,
        "\(InstalledServers.mariadbMissing) \(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct FleetFaultTests {
    /// One login with the right password, from an address of its own.
    private struct Login: Sendable {
        var address: String
        var start: ContinuousClock.Instant
        /// 0: the server was not there.
        var status: Int
    }

    /// What threads share that log in all the time.
    private final class Load: Sendable {
        private struct State {
            var servers: [ServerProcess]
            var logins: [Login] = []
            var next = 0
            var isOver = false
        }
        private let state: Mutex<State>
        init(_ servers: [ServerProcess]) { state = Mutex(State(servers: servers)) }

        var servers: [ServerProcess] { state.withLock { $0.servers } }
        var logins: [Login] { state.withLock { $0.logins } }
        func replace(_ index: Int, _ server: ServerProcess) { state.withLock { $0.servers[index] = server } }
        func end() { state.withLock { $0.isOver = true } }

        /// Logs in until the end; blocks.
        func run(_ password: String) {
            while true {
                let (server, number, isOver) = state.withLock { state in
                    state.next += 1
                    return (state.servers[state.next % state.servers.count], state.next, state.isOver)
                }
                if isOver { return }
                let (address, start) = ("192.88.\(number / 250).\(number % 250 + 1)", ContinuousClock.now)
                let status = (try? server.auth("alice", password, from: address).status) ?? 0
                state.withLock { $0.logins.append(Login(address: address, start: start, status: status)) }
                // A hundred logins a second and thread at most: there are some 60,000 addresses.
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
    }

    /// Something that happens to a part, for a while.
    private struct Fault {
        var name: String
        /// Whether logins may be answered 503 while it lasts, and for three seconds after.
        var mayRefuse = false
        var begin: () async throws -> Void
        var end: () async throws -> Void
    }

    @Test func `whatever is away, no right password is called wrong, and no use is lost or written twice`() async throws
    {
        let databases = try await ReplicatedMariaDB(options: ["--innodb-flush-log-at-trx-commit=1"])
        try await databases.primary.sql("GRANT ALL ON mail_auth.* TO 's'@'127.0.0.1'")
        let redis = try await RedisServer()
        let directories = [try TemporaryDirectory(), try TemporaryDirectory()]
        var password = ""
        for directory in directories {
            func dsn(_ server: MariaDBServer) -> String { "mysql://s:p@127.0.0.1:\(server.port)/mail_auth" }
            try directory.write(
                "config.toml",
                """
                [server]
                drain = "0s"
                [database]
                dsn = "\(dsn(databases.primary))"
                read_dsn = "\(dsn(databases.replica))"
                timeout = "5s"
                [cache]
                mode = "memory"
                [audit]
                sinks = ["stderr"]
                [shared]
                secret = "0123456789abcdef0123456789abcdef"
                host = "127.0.0.1"
                port = \(redis.port)
                """)
        }
        let added = try Program.run(["app-password", "add", "alice"], in: directories[0])
        #expect(added.status == 0, "\(added.errors)")
        password = added.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let load = Load([try await ServerProcess(in: directories[0]), try await ServerProcess(in: directories[1])])
        let faults = [
            Fault(
                name: "the replica freezes", begin: { databases.replica.process.freeze() },
                end: { databases.replica.process.thaw() }),
            Fault(
                name: "the replica is killed", begin: { try await databases.replica.process.kill() },
                end: { try await databases.replica.process.start() }),
            Fault(
                name: "replication stops", begin: { try await databases.replica.sql("STOP SLAVE") },
                end: { try await databases.replica.sql("START SLAVE") }),
            Fault(name: "Redis freezes", begin: { redis.process.freeze() }, end: { redis.process.thaw() }),
            Fault(
                name: "Redis is killed", begin: { try await redis.process.kill() },
                end: { try await redis.process.start() }),
            Fault(
                name: "the primary freezes", mayRefuse: true, begin: { databases.primary.process.freeze() },
                end: { databases.primary.process.thaw() }),
            Fault(
                name: "the primary is killed", mayRefuse: true, begin: { try await databases.primary.process.kill() },
                end: { try await databases.primary.process.start() }),
            Fault(
                name: "a server is updated",
                begin: {
                    load.servers[1].signal(SIGTERM)
                    #expect(await load.servers[1].waitForExit() == 0)
                }, end: { load.replace(1, try await ServerProcess(in: directories[1])) }),
        ]
        var times: [(name: String, mayRefuse: Bool, span: Range<ContinuousClock.Instant>)] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { [password] in try await onThread { load.run(password) } } }
            defer { load.end() }
            for fault in faults {
                let start = ContinuousClock.now
                try await fault.begin()
                try await Task.sleep(for: .seconds(2))
                try await fault.end()
                times.append((fault.name, fault.mayRefuse, start..<(.now + .seconds(3))))
                // What it has left behind is over before the next.
                try await Task.sleep(for: .seconds(3))
            }
            load.end()
            try await group.waitForAll()
        }
        let logins = load.logins
        #expect(logins.count > 500 && logins.contains { $0.status == 503 }, "\(logins.count): nothing was felt")
        for login in logins where login.status != 200 {
            let fault = times.first { $0.span.contains(login.start) }
            let isServerAway = login.status == 0 && fault?.name == "a server is updated"
            let isUnavailable = login.status == 503 && fault?.mayRefuse == true
            #expect(isServerAway || isUnavailable, "\(login.status) while \(fault?.name ?? "all was well")")
        }
        for server in load.servers { #expect(try await isWrittenOut(server)) }
        let rows = try await databases.primary.sql(
            "SELECT src_ip, count(*) FROM mail_auth.log GROUP BY src_ip")
        let counts = Dictionary(
            rows.split(separator: "\n").compactMap { line -> (String, String)? in
                let columns = line.split(separator: "\t").map(String.init)
                return columns.count == 2 ? (columns[0], columns[1]) : nil
            }, uniquingKeysWith: { first, _ in first })
        #expect(counts.values.allSatisfy { $0 == "1" }, "doubled")
        #expect(logins.filter { $0.status == 200 && counts[$0.address] == nil }.isEmpty, "lost")
        for server in load.servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }

    /// Waits until no row waits in the spool any more.
    private func isWrittenOut(_ server: ServerProcess) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < deadline {
            if try server.request("GET", "/readyz").body.contains("(0 waiting)") { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
