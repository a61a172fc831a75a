import FleetModel
import Foundation
import ReplayUpstream
import TestServers
import Testing

/// The simulation of Benchmarks/Fleet, held against real nodes.
@Suite(
    .enabled(
        if: InstalledServers.mariadb && InstalledServers.redis,
        "\(InstalledServers.mariadbMissing) \(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct FleetModelTests {
    /// Where clients come from: each in a network of its own that the fixtures of registries have.
    private static let addresses = [
        "176.112.169.218", "139.162.133.252", "209.85.218.15", "217.91.20.1", "193.33.10.77", "185.45.6.7", "31.7.8.9",
        "5.8.16.3", "62.4.5.6", "8.8.40.10", "12.200.3.4", "66.10.20.30", "99.224.1.2", "1.40.3.9", "58.240.10.11",
        "133.20.30.40", "211.55.66.77", "103.77.8.9", "200.57.140.1", "181.45.1.1", "190.24.33.44", "177.10.20.30",
    ]

    private static var settings: FleetSettings {
        var settings = FleetSettings()
        (settings.nodes, settings.accounts, settings.devices, settings.loginsADay) = (3, 150, 1, 4)
        // The servers that stand for registries are the administrator's own, which have no limit.
        settings.hasTokens = false
        (settings.guesses, settings.networks, settings.addressesAway) = (0.05, addresses.count, 50)
        return settings
    }

    /// A MariaDB with the shipped tables, whose user `s` may do everything with them.
    static func database() async throws -> MariaDBServer {
        let database = try await MariaDBServer()
        try await database.sql(
            """
            CREATE DATABASE mail_auth; CREATE USER 's'@'127.0.0.1' IDENTIFIED BY 'p';
            GRANT ALL ON mail_auth.* TO 's'@'127.0.0.1';
            """)
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
        try await database.sql(
            try String(contentsOf: root.appendingPathComponent("database/mariadb.sql"), encoding: .utf8),
            database: "mail_auth")
        return database
    }

    private static func site(_ database: MariaDBServer, _ redis: RedisServer) throws -> LookupSite {
        let site = try LookupSite(
            settings: """
                [audit.lists]
                reverse_hostname = "hosts.lst"
                network_name = "nets.lst"
                [database]
                dsn = "mysql://s:p@127.0.0.1:\(database.port)/mail_auth"
                timeout = "20s"
                [cache]
                mode = "redis"
                host = "127.0.0.1"
                port = \(redis.port)
                [shared]
                secret = "0123456789abcdef0123456789abcdef"
                """)
        try site.directory.write("hosts.lst", ".*\\.evil\\.example\n")
        try site.directory.write("nets.lst", "EVIL-NET\n")
        return site
    }

    /// One password, which all accounts have.
    private static func fill(_ database: MariaDBServer, _ site: LookupSite) async throws -> String {
        let added = try Program.run(["app-password", "add", "u0"], in: site.directory)
        #expect(added.status == 0, "\(added.errors)")
        let hash = try await database.sql("SELECT password FROM app_passwords", database: "mail_auth").dropLast()
        let rows = (1..<settings.accounts).map { "('u\($0)', '\(hash)')" }.joined(separator: ", ")
        try await database.sql("INSERT INTO app_passwords (uid, password) VALUES \(rows)", database: "mail_auth")
        return added.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// How often app passwords were read, as the server itself has noted.
    private static func queries(_ database: MariaDBServer) throws -> Int {
        let log = try Data(contentsOf: URL(fileURLWithPath: database.generalLog))
        return String(decoding: log, as: UTF8.self).split(separator: "\n").count { line in
            line.contains("Execute") && line.contains("FROM app_passwords p") && line.contains("WHERE p.uid")
        }
    }

    /// How often Redis has run what the service uses.
    private static func commands(_ redis: RedisServer) async throws -> [String: Int] {
        let text = try await redis.run("INFO", "commandstats")
        return ["eval", "getrange", "set", "get"].reduce(into: [:]) { counts, name in
            let calls = text.components(separatedBy: "cmdstat_\(name):calls=").dropFirst().first
            counts[name] = calls.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        }
    }

    @Test func `its small case agrees with three real nodes`() async throws {
        let (database, redis) = (try await Self.database(), try await RedisServer())
        let sites = try (0..<3).map { _ in try Self.site(database, redis) }
        let password = try await Self.fill(database, sites[0])
        var servers: [ServerProcess] = []
        for site in sites { servers.append(try await site.server()) }
        try await database.sql("SET GLOBAL general_log = 1")
        var model = FleetModel(Self.settings)
        let start = ContinuousClock.now
        for (number, planned) in Population(Self.settings, seed: 1).enumerated() {
            var login = planned
            // One address in each network, and the time is the real one.
            (login.address, login.time) = (login.network, (ContinuousClock.now - start) / .seconds(1))
            model.take(login)
            let answer = try servers[login.node].auth(
                "u\(login.account)", login.isGuess ? "guess \(number)" : password,
                from: Self.addresses[login.network])
            #expect(answer.status == (login.isGuess ? 401 : 200))
        }
        model.finish()
        let queries = try Self.queries(database)
        for server in servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        let rows = try await database.sql("SELECT count(*) FROM log WHERE pwid IS NOT NULL", database: "mail_auth")
        let commands = try await Self.commands(redis)
        let names = sites.reduce(0) { sum, site in
            sum + site.upstream.dns.questions.count { $0.name.hasSuffix(".in-addr.arpa") }
        }
        let real = [
            "queries": queries, "rows": try #require(Int(rows.dropLast())),
            "commands": commands.values.reduce(0, +), "questions": sites.reduce(0) { $0 + $1.networksAsked },
            "names": names,
        ]
        let told = [
            "queries": model.counts.queries, "rows": model.counts.rows, "commands": model.counts.commands,
            "questions": model.counts.questions, "names": model.counts.names,
        ]
        for (kind, number) in real {
            let expected = Double(try #require(told[kind]))
            #expect(
                (0.8 * expected...1.2 * expected).contains(Double(number)), "\(kind): \(real), \(told), \(commands)")
        }
    }

    @Test func `the same seed makes the same day, and a smaller world is one in small`() {
        var settings = FleetSettings()
        (settings.nodes, settings.accounts, settings.loginsADay) = (10, 100_000, 20)
        let lines = FleetReport(settings, seed: 7, shrunkenBy: 100).lines
        #expect(lines == FleetReport(settings, seed: 7, shrunkenBy: 100).lines)
        #expect(lines.contains("logins: 2.0 × 10⁶ a day, 69 in a busy second"), "\(lines)")
    }
}
