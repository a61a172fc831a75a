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
    /// What a login tries.
    private enum Kind: Sendable { case right, wrong, revoked }

    /// One login, from an address of its own.
    private struct Login: Sendable {
        var kind: Kind
        var address: String
        var start: ContinuousClock.Instant
        /// 0: the server was not there.
        var status: Int
    }

    /// What threads share that log in all the time: of ten logins one has a wrong password and one a revoked one.
    private final class Load: Sendable {
        private struct State {
            var servers: [ServerProcess]
            var logins: [Login] = []
            var next = 0
            var isOver = false
            /// Right ones that were let in since one was not.
            var letIn = 0
        }
        private let state: Mutex<State>
        private let passwords: (right: String, revoked: String)
        init(_ servers: [ServerProcess], right: String, revoked: String) {
            state = Mutex(State(servers: servers))
            passwords = (right, revoked)
        }

        var servers: [ServerProcess] { state.withLock { $0.servers } }
        var logins: [Login] { state.withLock { $0.logins } }
        func replace(_ index: Int, _ server: ServerProcess) { state.withLock { $0.servers[index] = server } }
        func end() { state.withLock { $0.isOver = true } }

        /// Logs in until the end; blocks.
        func run() {
            while true {
                let (server, number, isOver) = state.withLock { state in
                    state.next += 1
                    return (state.servers[state.next % state.servers.count], state.next, state.isOver)
                }
                if isOver { return }
                let kind: Kind =
                    switch number / 2 % 10 {
                    case 0: .wrong
                    case 1: .revoked
                    default: .right
                    }
                let password =
                    switch kind {
                    case .right: passwords.right
                    // Each another one, so that Redis is asked.
                    case .wrong: "wrong \(number)"
                    case .revoked: passwords.revoked
                    }
                let (address, start) = ("192.88.\(number / 250).\(number % 250 + 1)", ContinuousClock.now)
                let status = (try? server.auth("alice", password, from: address).status) ?? 0
                state.withLock { state in
                    state.logins.append(Login(kind: kind, address: address, start: start, status: status))
                    if kind == .right { state.letIn = status == 200 ? state.letIn + 1 : 0 }
                }
                // A hundred logins a second and thread at most: there are some 60,000 addresses.
                Thread.sleep(forTimeInterval: 0.01)
            }
        }

        /// Waits until so many right ones in a row were let in.
        func isLetIn(_ count: Int) async -> Bool {
            state.withLock { $0.letIn = 0 }
            return await comesTrue { self.state.withLock { $0.letIn } >= count }
        }

        /// Waits until one was answered 503.
        func isRefused() async -> Bool {
            let before = logins.count
            return await comesTrue { self.logins.dropFirst(before).contains { $0.kind == .right && $0.status == 503 } }
        }

        /// Waits until all servers that answer say so in `/readyz`.
        func says(_ line: String) async -> Bool {
            await comesTrue {
                self.servers.allSatisfy { (try? $0.request("GET", "/readyz").body.contains(line + "\n")) == true }
            }
        }

        private func comesTrue(_ isSo: @escaping @Sendable () -> Bool) async -> Bool {
            let deadline = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < deadline {
                if (try? await onThread { isSo() }) == true { return true }
                try? await Task.sleep(for: .milliseconds(20))
            }
            return false
        }
    }

    /// Something that happens to a part, for a while.
    private struct Fault {
        var name: String
        /// Whether right passwords may be answered 503 from its beginning until all is well again.
        var mayRefuse = false
        var begin: () async throws -> Void
        /// Waits until it is felt.
        var isFelt: () async throws -> Bool
        var end: () async throws -> Void
        /// Waits until it is not felt any more; then right passwords have to be let in.
        var isOver: () async throws -> Bool = { true }
    }

    @Test func `whatever is away, a right password is not called wrong, a wrong one not right, and no use is lost`()
        async throws
    {
        let databases = try await ReplicatedMariaDB(options: ["--innodb-flush-log-at-trx-commit=1"])
        try await databases.primary.sql(
            "GRANT ALL ON mail_auth.* TO 's'@'127.0.0.1'; DELETE FROM mail_auth.app_passwords")
        let redis = try await RedisServer()
        let directories = [try TemporaryDirectory(), try TemporaryDirectory()]
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
                [auth.guesses]
                per_network = 0
                per_account = 0
                [shared]
                secret = "0123456789abcdef0123456789abcdef"
                host = "127.0.0.1"
                port = \(redis.port)
                """)
        }
        let passwords = try (0..<3).map { _ in
            let added = try Program.run(["app-password", "add", "alice"], in: directories[0])
            #expect(added.status == 0, "\(added.errors)")
            return added.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let ids = try await databases.primary.sql("SELECT id FROM mail_auth.app_passwords ORDER BY id").split(
            separator: "\n")
        try #require(ids.count == 3)
        let servers = [try await ServerProcess(in: directories[0]), try await ServerProcess(in: directories[1])]
        let load = Load(servers, right: passwords[0], revoked: passwords[1])
        func login(_ server: ServerProcess, _ password: String) throws -> Int {
            try server.auth("alice", password, from: "192.89.0.1").status
        }
        /// Ends a password as webmail does: nobody is told.
        func revoke(_ password: Int) async throws {
            try await databases.primary.sql(
                "UPDATE mail_auth.app_passwords SET deleted = UTC_TIMESTAMP() WHERE id = \(ids[password])")
        }
        // They have it in the verify cache; and once the replica has heard of it no server lets it in.
        for server in servers { #expect(try login(server, passwords[1]) == 200) }
        try await revoke(1)
        let row = "SELECT count(*) FROM mail_auth.app_passwords WHERE deleted IS NOT NULL"
        while try await databases.replica.sql(row) != "1\n" {}
        let faults = [
            Fault(
                name: "the replica freezes", begin: { databases.replica.process.freeze() },
                isFelt: { await load.says("replica: not read") }, end: { databases.replica.process.thaw() },
                isOver: { await load.says("replica: ok") }),
            Fault(
                name: "the replica is killed", begin: { try await databases.replica.process.kill() },
                isFelt: { await load.says("replica: not read") },
                end: { try await databases.replica.process.start() }, isOver: { await load.says("replica: ok") }),
            Fault(
                name: "replication stops",
                begin: {
                    for server in servers { #expect(try login(server, passwords[2]) == 200) }
                    try await databases.replica.sql("STOP SLAVE")
                    try await revoke(2)
                },
                isFelt: {
                    // The replica never hears of it; whoever comes when `read_max_lag` is over is refused on both.
                    let bound = ContinuousClock.now + .seconds(1)
                    for server in servers {
                        var start = ContinuousClock.now
                        while try login(server, passwords[2]) != 410 {
                            guard start <= bound else { return false }
                            start = .now
                        }
                    }
                    return await load.says("replica: not read")
                }, end: { try await databases.replica.sql("START SLAVE") },
                isOver: { await load.says("replica: ok") }),
            Fault(
                name: "Redis freezes", begin: { redis.process.freeze() },
                isFelt: { await load.says("shared guesses: this server alone") }, end: { redis.process.thaw() },
                isOver: { await load.says("shared guesses: ok") }),
            Fault(
                name: "Redis is killed", begin: { try await redis.process.kill() },
                isFelt: { await load.says("shared guesses: this server alone") },
                end: { try await redis.process.start() }, isOver: { await load.says("shared guesses: ok") }),
            Fault(
                name: "the primary freezes", mayRefuse: true, begin: { databases.primary.process.freeze() },
                isFelt: { await load.isRefused() }, end: { databases.primary.process.thaw() }),
            Fault(
                name: "the primary is killed", mayRefuse: true, begin: { try await databases.primary.process.kill() },
                isFelt: { await load.isRefused() }, end: { try await databases.primary.process.start() }),
            Fault(
                name: "a server is updated",
                begin: {
                    load.servers[1].signal(SIGTERM)
                    #expect(await load.servers[1].waitForExit() == 0)
                }, isFelt: { true }, end: { load.replace(1, try await ServerProcess(in: directories[1])) }),
        ]
        var times: [(name: String, mayRefuse: Bool, span: Range<ContinuousClock.Instant>)] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await onThread { load.run() } } }
            defer { load.end() }
            for fault in faults {
                let start = ContinuousClock.now
                try await fault.begin()
                #expect(try await fault.isFelt(), "nothing is felt of it: \(fault.name)")
                try await fault.end()
                #expect(try await fault.isOver(), "it is felt for ever: \(fault.name)")
                // Both servers, also what hung while it lasted.
                #expect(await load.isLetIn(100), "not let in after it: \(fault.name)")
                times.append((fault.name, fault.mayRefuse, start..<(.now)))
            }
            load.end()
            try await group.waitForAll()
        }
        let logins = load.logins
        for login in logins {
            let fault = times.first { $0.span.contains(login.start) }
            let isExpected =
                switch (login.kind, login.status) {
                case (.right, 200), (.wrong, 401), (.wrong, 503), (.revoked, 410), (.revoked, 503): true
                case (.right, 503): fault?.mayRefuse == true
                case (_, 0): fault?.name == "a server is updated"
                default: false
                }
            #expect(isExpected, "\(login.kind): \(login.status) while \(fault?.name ?? "all was well")")
        }
        for (kind, status) in [(Kind.wrong, 401), (.revoked, 410)] {
            #expect(logins.contains { $0.kind == kind && $0.status == status })
        }
        for server in load.servers { #expect(try await isWrittenOut(server)) }
        let rows = try await databases.primary.sql(
            "SELECT src_ip, count(*) FROM mail_auth.log GROUP BY src_ip")
        let counts = Dictionary(
            rows.split(separator: "\n").compactMap { line -> (String, String)? in
                let columns = line.split(separator: "\t").map(String.init)
                return columns.count == 2 ? (columns[0], columns[1]) : nil
            }, uniquingKeysWith: { first, _ in first })
        #expect(logins.allSatisfy { counts[$0.address] ?? "1" == "1" }, "doubled")
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
