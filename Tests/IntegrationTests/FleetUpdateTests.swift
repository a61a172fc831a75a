import Foundation
import Locks
import TestServers
import Testing

/// Three servers, of which one after the other is away.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FleetUpdateTests {
    /// Servers that clients may try one after the other.
    private final class Fleet: Sendable {
        private struct State {
            var servers: [ServerProcess]
            var answers: [(address: String, isRight: Bool, status: Int)] = []
            var retries = 0
            var number = 0
            var isOver = false
        }
        private let state: Mutex<State>
        init(_ servers: [ServerProcess]) { state = Mutex(State(servers: servers)) }

        var servers: [ServerProcess] { state.withLock { $0.servers } }
        var answers: [(address: String, isRight: Bool, status: Int)] { state.withLock { $0.answers } }
        var retries: Int { state.withLock { $0.retries } }
        func replace(_ index: Int, _ server: ServerProcess) { state.withLock { $0.servers[index] = server } }
        func end() { state.withLock { $0.isOver = true } }

        /// Logs in until the end, one in ten times with a wrong password; blocks.
        func run(_ password: String) {
            while true {
                let (servers, number, isOver) = state.withLock { state in
                    state.number += 1
                    return (state.servers, state.number, state.isOver)
                }
                if isOver { return }
                let (address, isRight) = ("192.88.\(number / 250 % 250).\(number % 250 + 1)", number % 10 != 0)
                var status = 0
                for attempt in 0..<servers.count where status == 0 {
                    let server = servers[(number + attempt) % servers.count]
                    let word = isRight ? password : "guess \(number)"
                    status = (try? server.auth("alice", word, from: address).status) ?? 0
                    if status == 0 { state.withLock { $0.retries += 1 } }
                }
                state.withLock { $0.answers.append((address, isRight, status)) }
            }
        }
    }

    @Test(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
    func `three that are updated one after the other answer every login, and lose no use`() async throws {
        let database = try await FleetModelTests.database()
        let directories = try (0..<3).map { _ in
            let directory = try TemporaryDirectory()
            try directory.write(
                "config.toml",
                """
                [server]
                drain = "200ms"
                [database]
                dsn = "mysql://s:p@127.0.0.1:\(database.port)/mail_auth"
                timeout = "20s"
                [auth.guesses]
                per_account = 0
                per_network = 0
                per_known_network = 0
                [audit]
                sinks = []
                """)
            return directory
        }
        let added = try Program.run(["app-password", "add", "alice"], in: directories[0])
        #expect(added.status == 0, "\(added.errors)")
        let password = added.output.trimmingCharacters(in: .whitespacesAndNewlines)
        var servers: [ServerProcess] = []
        for directory in directories { servers.append(try await ServerProcess(in: directory)) }
        let fleet = Fleet(servers)
        servers = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { try await onThread { fleet.run(password) } } }
            defer { fleet.end() }
            for index in directories.indices {
                fleet.servers[index].signal(SIGTERM)
                #expect(await fleet.servers[index].waitForExit() == 0)
                fleet.replace(index, try await ServerProcess(in: directories[index]))
                // The next one goes when this one has answered.
                let count = fleet.answers.count
                #expect(fleet.servers[index].becomes { fleet.answers.count > count + 20 })
            }
            fleet.end()
            try await group.waitForAll()
        }
        let answers = fleet.answers
        #expect(answers.count > 100 && fleet.retries > 0, "\(answers.count) logins, \(fleet.retries) tried elsewhere")
        for answer in answers { #expect(answer.status == (answer.isRight ? 200 : 401)) }
        for server in fleet.servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        let rows = try await database.sql("SELECT src_ip FROM log", database: "mail_auth")
        let written = rows.split(separator: "\n").map(String.init)
        #expect(Set(answers.filter { $0.isRight }.map(\.address)).subtracting(written).isEmpty, "uses were lost")
        // Whoever hears nothing of a server that has let him in, and asks the next one, is written down by both.
        #expect(written.count - Set(written).count <= fleet.retries, "uses were doubled")
    }

    @Test func `a bad list is taken by none, and one that was away takes the newest when it is back`() async throws {
        let source = try TemporaryDirectory()
        try source.write("ip_networks.deny.lst", "192.88.98.0/24\n")
        let directories = try (0..<3).map { _ in
            let directory = try TemporaryDirectory()
            try directory.write(
                "config.toml",
                """
                [server]
                drain = 0
                [audit]
                sinks = []
                [lists]
                source = "file://\(source.path)"
                poll = "1s"
                """)
            return directory
        }
        var servers: [ServerProcess] = []
        for directory in directories { servers.append(try await ServerProcess(in: directory)) }
        func lists(_ server: ServerProcess) throws -> (digest: String, status: String) {
            let body = Data(try server.request("GET", "/version").body.utf8)
            let version = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
            let source = version["lists_source"] as? [String: Any]
            return (version["lists"] as? String ?? "", source?["status"] as? String ?? "")
        }
        let first = try lists(servers[0]).digest
        #expect(try servers.allSatisfy { try lists($0).digest == first })
        servers[2].signal(SIGTERM)
        #expect(await servers[2].waitForExit() == 0)

        try source.write("ip_networks.deny.lst", "192.88.98.0/24\nno network\n")
        for server in servers[..<2] {
            #expect(try server.becomes { try lists(server).status == "refused" })
            #expect(try lists(server).digest == first)
        }
        try source.write("ip_networks.deny.lst", "192.88.97.0/24\n")
        for server in servers[..<2] { #expect(try server.becomes { try lists(server).digest != first }) }
        let newest = try lists(servers[0]).digest
        #expect(try lists(servers[1]).digest == newest && lists(servers[0]).status == "ok")
        servers[2] = try await ServerProcess(in: directories[2])
        #expect(try servers[2].becomes { try lists(servers[2]).digest == newest })
        for server in servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }
}
