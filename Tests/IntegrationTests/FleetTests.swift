import Foundation
import TestServers
import Testing

/// Several servers that share a Redis.
@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct FleetTests {
    private static func shared(_ redis: RedisServer) -> String {
        """
        [shared]
        secret = "0123456789abcdef0123456789abcdef"
        host = "127.0.0.1"
        port = \(redis.port)
        """
    }

    /// How many guesses servers have decided about by themselves, as Redis said nothing within 20 ms: on a machine that has too
    /// much to do these are some, and may let through as many more.
    private static func decidedAlone(_ servers: [ServerProcess]) throws -> Int {
        let name = #"webauth_shared_guesses_total{outcome="alone"} "#
        return try servers.reduce(0) { sum, server in
            let lines = try server.request("GET", "/metrics").body.split(separator: "\n")
            let value = try #require(lines.first { $0.hasPrefix(name) }?.dropFirst(name.count))
            return sum + Int(try #require(Double(value)))
        }
    }

    @Test func `guesses at three servers are held as at one, and without Redis each holds its own`() async throws {
        let redis = try await RedisServer()
        var servers: [ServerProcess] = []
        for _ in 0..<3 {
            let directory = try TemporaryDirectory()
            try directory.write(
                "config.toml",
                """
                [cache]
                mode = "memory"
                [audit]
                sinks = ["stderr"]
                [auth.guesses]
                per_account = 30
                \(Self.shared(redis))
                """)
            for user in ["alice", "bob"] {
                let added = try Program.run(["app-password", "add", user], in: directory)
                #expect(added.status == 0, "\(added.errors)")
            }
            servers.append(try await ServerProcess(in: directory))
        }
        func hashed(_ user: String) throws -> Int {
            var hashed = 0
            for number in 0..<150 {
                let answer = try servers[number % 3].auth(user, "guess \(number)", from: "192.88.97.1")
                #expect([401, 503].contains(answer.status))
                if answer.status == 401 { hashed += 1 }
            }
            return hashed
        }
        let together = try hashed("alice")
        let strays = try Self.decidedAlone(servers)
        #expect((27...33 + strays).contains(together), "\(together), of which \(strays) by one server alone")
        for server in servers {
            #expect(try server.request("GET", "/readyz").body.contains("shared guesses: ok\n"))
            #expect(!server.logText.contains("0123456789abcdef"))
        }
        try await redis.process.kill()
        let alone = try hashed("bob")
        #expect((81...99).contains(alone), "\(alone)")
        for server in servers {
            #expect(server.logText.contains("guesses are counted by this server alone"))
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }

    @Test func `a right password is let in while sentinels choose another primary, and then all count together again`()
        async throws
    {
        let certificates = try await TestCertificates()
        let redis = try await RedisFleet(certificates)
        var (servers, passwords): ([ServerProcess], [String]) = ([], [])
        let directories = [try TemporaryDirectory(), try TemporaryDirectory()]
        for directory in directories {
            try directory.write("ca.pem", String(contentsOfFile: certificates.authority, encoding: .utf8))
            try directory.write(
                "config.toml",
                """
                [audit]
                sinks = ["stderr"]
                [auth]
                verify_cache_ttl = "0s"
                [auth.guesses]
                per_account = 30
                [shared]
                secret = "0123456789abcdef0123456789abcdef"
                [cache]
                mode = "redis"
                hosts = [\(redis.sentinelPorts.map { "\"127.0.0.1:\($0)\"" }.joined(separator: ", "))]
                sentinel = "\(RedisFleet.name)"
                sentinel_password = "\(RedisFleet.sentinelPassword)"
                user = "\(RedisFleet.user.name)"
                password = "\(RedisFleet.user.password)"
                tls = true
                ca = "ca.pem"
                """)
            for user in ["alice", "bob", "carol"] {
                let added = try Program.run(["app-password", "add", user], in: directory)
                #expect(added.status == 0, "\(added.errors)")
                if user == "alice" { passwords.append(added.output.trimmingCharacters(in: .whitespacesAndNewlines)) }
            }
            servers.append(try await ServerProcess(in: directory))
        }
        func guess(_ user: String, _ number: Int) throws -> Int {
            try servers[number % 2].auth(user, "guess \(number)", from: "192.88.97.1").status
        }
        func areTogether() throws -> Bool {
            try servers.allSatisfy { try $0.request("GET", "/readyz").body.contains("shared guesses: ok\n") }
        }
        var number = 0
        /// Guesses at an account of nobody until all servers count together, or do not.
        func waits(for isTogether: Bool) throws -> Bool {
            let deadline = ContinuousClock.now + .seconds(90)
            while ContinuousClock.now < deadline {
                number += 1
                _ = try servers[number % 2].auth("carol", "guess \(number)", from: "192.88.\(number % 200).9")
                let isSo = try areTogether()
                // Not in the verify cache, and from a place where it is not known yet: so Redis is asked.
                for (server, password) in zip(servers, passwords) {
                    #expect(try server.auth("alice", password, from: "192.89.\(number % 250).1").status == 200)
                }
                if isSo == isTogether { return true }
            }
            return false
        }
        #expect(try waits(for: true))
        // That user may do all that counting together takes, and the service nothing of anything else.
        let doctor = try await onThread {
            try Program.run(["doctor", "--json", "--skip", "dovecot"], in: directories[0])
        }
        #expect(
            doctor.output.contains("findings") && !doctor.output.contains("shared.")
                && !doctor.output.contains("redis."), "\(doctor.output)")
        let checked = try await onThread { try Program.run(["check-config", "--connect"], in: directories[0]) }
        #expect(checked.output.contains("shared: ok\n") && checked.status == 0, "\(checked.output)\(checked.errors)")
        try await redis.servers[0].process.kill()
        #expect(try waits(for: false))
        #expect(try waits(for: true))
        #expect(try await redis.primaryPort() != redis.servers[0].port)
        let before = try Self.decidedAlone(servers)
        var hashed = 0
        for number in 0..<150 where try guess("bob", number) == 401 { hashed += 1 }
        let strays = try Self.decidedAlone(servers) - before
        #expect((27...33 + strays).contains(hashed), "\(hashed), of which \(strays) by one server alone")
        for server in servers {
            #expect(server.logText.contains("guesses are counted together with the other servers again"))
            for secret in [RedisFleet.user.password, "0123456789abcdef"] { #expect(!server.logText.contains(secret)) }
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }

    @Test(.enabled(if: MailSite.canRun, "\(MailSite.missing)"))
    func `what one server finds to be revoked the other hears of at once`() async throws {
        let redis = try await RedisServer()
        let hooks = [try HookServer(), try HookServer()]
        func settings(_ hook: HookServer, poll: String) -> String {
            """
            [cache]
            mode = "memory"
            [auth]
            revoke_poll = "\(poll)"
            [dovecot]
            doveadm = ["http://127.0.0.1:\(hook.port)/doveadm/v1"]
            api_key = "key"
            \(Self.shared(redis))
            """
        }
        let site = try await MailSite(settings: settings(hooks[0], poll: "1s"))
        let password = try await RoundcubePlugin(site: site).add("alice")
        let directory = try TemporaryDirectory()
        let text = site.directory.read("config.toml")
        try directory.write(
            "config.toml",
            text.replacing(settings(hooks[0], poll: "1s"), with: settings(hooks[1], poll: "1h")))
        let servers = [try await ServerProcess(in: site.directory), try await ServerProcess(in: directory)]
        for server in servers { #expect(try server.auth("alice", password).status == 200) }
        #expect(try await site.rows("SELECT 1")[0][0] == "1")
        // Both listen.
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !redis.run("PUBSUB", "NUMSUB", "dw:ended").contains("2"), .now < deadline { await Task.yield() }
        // As webmail does it: nobody is told. The next login is refused everywhere, for each asks the database.
        try await site.sql("UPDATE app_passwords SET deleted = UTC_TIMESTAMP()")
        for server in servers { #expect(try server.auth("alice", password).status == 410) }
        // Open sessions are ended by both, of which the second looks but once an hour by itself.
        for hook in hooks { await hook.wait(for: 1) }
        #expect(!hooks[1].bodies.isEmpty)
        for server in servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }
}
