import Foundation
import TestServers
import Testing

/// Several servers that read app passwords in a replica which is five seconds behind.
@Suite(
    .enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"), .serialized, .timeLimit(.minutes(5)))
struct ReplicaLoginTests {
    private let databases: ReplicatedMariaDB

    init() async throws {
        databases = try await ReplicatedMariaDB(delay: 5)
        // `app-password add` writes, too.
        try await databases.primary.sql("GRANT ALL ON mail_auth.* TO 's'@'127.0.0.1'")
    }

    private func site(longestLag: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        func dsn(_ server: MariaDBServer) -> String { "mysql://s:p@127.0.0.1:\(server.port)/mail_auth" }
        try directory.write(
            "config.toml",
            """
            [database]
            dsn = "\(dsn(databases.primary))"
            read_dsn = "\(dsn(databases.replica))"
            read_max_lag = "\(longestLag)"
            timeout = "20s"
            [cache]
            mode = "memory"
            [audit]
            sinks = ["stderr"]
            """)
        return directory
    }

    private func add(_ user: String, _ directory: TemporaryDirectory) throws -> String {
        let added = try Program.run(["app-password", "add", user], in: directory)
        #expect(added.status == 0, "\(added.errors)")
        return added.output.split(whereSeparator: \.isNewline).last.map {
            String($0).trimmingCharacters(in: .whitespaces)
        }
            ?? ""
    }

    private func metric(_ name: String, _ server: ServerProcess) throws -> Double? {
        let lines = try server.request("GET", "/metrics").body.split(separator: "\n")
        return lines.first { $0.hasPrefix(name + " ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    private func rowsInReplica(_ condition: String) async throws -> String {
        try await databases.replica.sql("SELECT count(*) FROM mail_auth.app_passwords WHERE \(condition)")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `what was made works at the next login everywhere, and what was revoked fails within read_max_lag`()
        async throws
    {
        // Two that read the replica though it lags, one that does not because it does.
        let lags = [("30s", Duration.seconds(30)), ("30s", .seconds(30)), ("1s", .seconds(1))]
        let sites = try lags.map { try site(longestLag: $0.0) }
        let first = try add("alice", sites[0])
        var servers: [ServerProcess] = []
        for site in sites { servers.append(try await ServerProcess(in: site)) }
        let used = #"webauth_replica_reads_total{outcome="used"}"#
        let passedOver = #"webauth_replica_reads_total{outcome="passed_over"}"#
        for server in servers[..<2] {
            let deadline = ContinuousClock.now + .seconds(90)
            while try !server.request("GET", "/readyz").body.contains("replica: ok\n"), ContinuousClock.now < deadline {
                #expect(try server.auth("alice", first).status == 200)
                try await Task.sleep(for: .milliseconds(20))
            }
            let lag = try #require(try metric("webauth_replica_lag_seconds", server))
            #expect((4...30).contains(lag), "\(lag)")
            #expect(try metric(used, server) ?? 0 > 0)
        }

        let second = try add("alice", sites[0])
        let bobs = try add("bob", sites[0])
        for server in servers {
            #expect(try server.auth("alice", second).status == 200)
            #expect(try server.auth("bob", bobs).status == 200)
            #expect(try server.auth("alice", "wrong").status == 401)
            #expect(try server.auth("nobody", "wrong").status == 404)
        }
        #expect(try await rowsInReplica("password LIKE '{%'") == "1", "the replica knew neither of them")

        try await databases.primary.sql(
            "UPDATE mail_auth.app_passwords SET deleted = UTC_TIMESTAMP() WHERE uid = 'alice' AND password LIKE '{%' ORDER BY id LIMIT 1"
        )
        let revoked = ContinuousClock.now
        var hasEnded = [false, false, false]
        while hasEnded.contains(false), ContinuousClock.now - revoked < .seconds(60) {
            for (index, server) in servers.enumerated() {
                let start = ContinuousClock.now
                let status = try server.auth("alice", first).status
                #expect([200, 410].contains(status), "\(status)")
                if status == 200 {
                    #expect(start - revoked < lags[index].1 && !hasEnded[index])
                } else {
                    hasEnded[index] = true
                }
                #expect(try server.auth("alice", second).status == 200)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(hasEnded == [true, true, true])
        // The replica that is too far behind was never used.
        #expect(try metric(used, servers[2]) == 0 && metric(passedOver, servers[2]) ?? 0 > 0)
        for server in servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }

    @Test func `without the replica, and while it hangs, everybody is let in`() async throws {
        let site = try site(longestLag: "30s")
        let password = try add("alice", site)
        let server = try await ServerProcess(in: site)
        let well = try await onThread { try Program.run(["check-config", "--connect"], in: site) }
        #expect(well.output.contains("replica: ok\n") && well.status == 0, "\(well.output)\(well.errors)")
        databases.replica.process.freeze()
        for _ in 0..<20 { #expect(try server.auth("alice", password).status == 200) }
        databases.replica.process.thaw()
        try await databases.replica.process.kill()
        for _ in 0..<20 { #expect(try server.auth("alice", password).status == 200) }
        let ill = try await onThread { try Program.run(["check-config", "--connect"], in: site) }
        #expect(ill.output.contains(#/replica: unreachable/#) && ill.status == 69, "\(ill.output)\(ill.errors)")
        #expect(!ill.output.contains("s:p@") && !server.logText.contains("s:p@"))
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
    }

    @Test func `doctor says nothing of a replica that follows, and what is wrong with one that does not`() async throws
    {
        func findings(longestLag: String) async throws -> [String] {
            let site = try site(longestLag: longestLag)
            let others = ["passwords", "directory", "dns", "journal", "service", "sessions", "dovecot"]
            let skipped = others.flatMap { ["--skip", $0] }
            let result = try await onThread { try Program.run(["doctor", "--json"] + skipped, in: site) }
            #expect(!result.output.contains("s:p@"))
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
            let findings = object["findings"] as? [[String: Any]] ?? []
            return findings.compactMap { $0["id"] as? String }.filter { $0.hasPrefix("replica") }
        }
        #expect(try await findings(longestLag: "30s") == [])
        #expect(try await findings(longestLag: "1s") == ["replica.late"])
        try await databases.replica.process.kill()
        #expect(try await findings(longestLag: "1s") == ["replica.unreadable"])
        try await databases.primary.sql("DROP TABLE mail_auth.web_auth_heartbeat")
        #expect(try await findings(longestLag: "1s") == ["replica.heartbeat"])
    }
}
