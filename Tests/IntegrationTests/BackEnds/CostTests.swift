import Foundation
import Locks
import TestServers
import Testing

/// What a login costs its back ends, and what many of them cost the server.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct CostTests {
    private static func isSet(_ name: String) -> Bool { ProcessInfo.processInfo.environment[name] == "1" }

    @Test(arguments: [false, true])
    func `a login is one round trip to MariaDB and one to LDAP, with limits or without`(isLimited: Bool) async throws {
        let site = try await MailSite(database: "pool_size = 1")
        let password = try await RoundcubePlugin(site: site).add("alice")
        if isLimited {
            // All there are, and all kept.
            try await site.sql(
                """
                INSERT INTO app_password_limits (pwid, services, networks, countries, as_numbers, not_before, expires, \
                unused_days, bind) SELECT id, 'imap,smtp', '192.88.98.0/24', 'DE', 'AS3320', UTC_TIMESTAMP(3), \
                UTC_TIMESTAMP(3) + INTERVAL 1 DAY, 60, 'network' FROM app_passwords
                """)
        }
        let server = try await ServerProcess(in: site.directory)
        for _ in 0..<5 { #expect(try server.auth("alice", password).status == 200) }
        let operations = try Self.operations(site)
        let queries = try await Self.statements(site) { () throws in
            for _ in 0..<50 { #expect(try server.auth("alice", password).status == 200) }
            for _ in 0..<10 { #expect(try server.auth("alice", "wrong").status == 401) }
            for _ in 0..<10 { #expect(try server.auth("nobody", password).status == 404) }
        }
        let newOperations = try Self.operations(site)
        // The writer of the log has statements of its own, and who looks for other spellings asks for all at once.
        let asked = queries.filter { $0.contains("Execute") && $0.contains("WHERE p.uid = ?") }
        #expect(asked.count == 70, "\(Set(asked.map { $0.split(separator: "Execute").last.map(String.init) ?? "" }))")
        let elsewhere = queries.filter { query in
            // It looks at what tables there are now and then.
            query.contains("app_password_limits") && !query.contains("WHERE p.uid")
                && !query.contains("information_schema")
        }
        #expect(elsewhere.isEmpty, "limits come with the password: \(elsewhere)")
        #expect(!queries.contains { $0.contains("Prepare") && $0.contains("WHERE p.uid = ?") }, "they stay prepared")
        #expect(queries.count { $0.contains("Connect") } == 1, "the one that stops the general log")
        #expect(newOperations == operations.merging(["SRCH": 70], uniquingKeysWith: +))
    }

    /// What the server was told meanwhile, a line for each statement or connection.
    private static func statements(_ site: MailSite, while body: () throws -> Void) async throws -> [String] {
        _ = try await site.mariadb.sql("SET GLOBAL general_log = 1")
        try body()
        _ = try await site.mariadb.sql("SET GLOBAL general_log = 0")
        return try String(contentsOfFile: site.mariadb.generalLog, encoding: .utf8).split(separator: "\n").map(
            String.init)
    }

    /// The operations slapd has logged, by kind.
    private static func operations(_ site: MailSite) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for line in try site.slapd.log.split(separator: "\n") {
            guard let match = line.firstMatch(of: /op=\d+ (BIND dn|SRCH base|EXT|UNBIND)/) else { continue }
            counts[String(match.1.prefix { $0 != " " }), default: 0] += 1
        }
        return counts
    }

    @Test(.enabled(if: isSet("SOAK"), "set SOAK=1: takes minutes"))
    func `memory stays flat over 100,000 logins`() async throws {
        let site = try await MailSite()
        let passwords = try await Self.passwords(20, site)
        let server = try await ServerProcess(in: site.directory)
        let clients = Clients(4) { client, turn in
            // One login in fifty is a wrong password; the addresses go on changing.
            let password = turn % 50 == 0 ? "wrong \(turn % 5)" : passwords[turn % passwords.count]
            let address = "198.\(18 + client % 2).\(turn / 250 % 250).\(turn % 250)"
            return (try? server.auth("alice", password, from: address).status) ?? 0
        }
        var sizes: [Int] = []
        for count in stride(from: 20_000, through: 100_000, by: 20_000) {
            while clients.statuses.values.reduce(0, +) < count { try await Task.sleep(for: .milliseconds(10)) }
            sizes.append(server.residentKiB)
        }
        let statuses = await clients.stop()
        print("soak: \(statuses), resident KiB after each 20,000: \(sizes)")
        #expect(Set(statuses.keys).isSubset(of: [200, 401]))
        #expect(try #require(sizes.last) - sizes[0] < 12_000, "\(sizes)")
    }

    @Test(.enabled(if: isSet("BENCHMARKS"), "set BENCHMARKS=1, and WEB_AUTH_SERVER to a release build"))
    func `whole logins against the SELECT alone`() async throws {
        let site = try await MailSite()
        let passwords = try await Self.passwords(5, site)
        let server = try await ServerProcess(in: site.directory)
        for password in passwords { #expect(try server.auth("alice", password).status == 200) }
        let port = server.port
        for connections in [1, 4, 16] {
            // In turns, the best of three each, so that whatever else the machine does hits both.
            var (loop, logins) = (0.0, 0.0)
            for _ in 0..<3 {
                loop = max(loop, try await Self.rate(connections, 4000) { try SelectLoop(site.mariadb.socket) })
                logins = max(logins, try await Self.rate(connections, 4000) { try LoginLoop(port, passwords) })
            }
            print("\(connections) at a time: \(Int(logins)) logins/s, \(Int(loop)) SELECTs/s alone: \(logins / loop)")
        }
    }

    private static func passwords(_ count: Int, _ site: MailSite) async throws -> [String] {
        let passwords = (0..<count).map { _ in RoundcubePlugin.password() }
        let rows = passwords.map { "('alice', '\(RoundcubePlugin.hash($0))')" }
        try await site.sql("INSERT INTO app_passwords (uid, password) VALUES \(rows.joined(separator: ", "))")
        return passwords
    }

    /// Runs loops side by side, each on a thread of its own; returns turns per second.
    private static func rate(
        _ threads: Int, _ turns: Int, _ make: @escaping @Sendable () throws -> any TurnLoop
    ) async throws -> Double {
        let failures = Mutex(0)
        let (ready, go, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        for _ in 0..<threads {
            Thread.detachNewThread {
                let loop = try? make()
                ready.signal()
                go.wait()
                for _ in 0..<turns / threads where loop?.turn() != true { failures.withLock { $0 += 1 } }
                done.signal()
            }
        }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                for _ in 0..<threads { ready.wait() }
                let took = ContinuousClock().measure {
                    for _ in 0..<threads { go.signal() }
                    for _ in 0..<threads { done.wait() }
                }
                let failed = failures.withLock { $0 }
                #expect(failed == 0)
                continuation.resume(returning: Double(turns / threads * threads) / (took / .seconds(1)))
            }
        }
    }
}
