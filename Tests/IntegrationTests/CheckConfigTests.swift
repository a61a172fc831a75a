import Foundation
import TestServers
import Testing

/// `check-config`: everything in one round, back ends if wanted, and who can read what.
struct CheckConfigTests {
    @Test func `all that is wrong is named in one round, with the settings line`() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [ldap]
            basedn = "dc=example"
            port = "389"
            tls = "ja"
            [audit]
            audit_result_success = "unkown"
            [audit.maxmind]
            city = "gone.mmdb"
            asn = "broken.mmdb"
            [audit.lists]
            ip_networks = "gone.lst"
            as_numbers = "as.lst"
            [lookup.rdap]
            bootstrap = "nowhere"
            """)
        try directory.write("broken.mmdb", "no MMDB")
        try directory.write("as.lst", "AS1\nASX\n")
        let result = try Program.run(["check-config"], in: directory)
        #expect(result.status == 78)
        for problem in [
            "config.toml:4:7: ldap.tls: must be true or false, not \"ja\"",
            "config.toml:8:8: audit.maxmind.city: there is no file \"\(directory.path)/gone.mmdb\"",
            "config.toml:9:7: audit.maxmind.asn: \"\(directory.path)/broken.mmdb\" is no MMDB file",
            "config.toml:11:15: audit.lists.ip_networks: there is no file \"\(directory.path)/gone.lst\"",
            "as.lst:2:", "config.toml:14:13: lookup.rdap.bootstrap: ",
        ] {
            #expect(result.errors.ranges(of: problem).count == 1, "\(problem) in \(result.errors)")
        }
        #expect(result.output.contains("note: config.toml:3:8: read as ldap.port = 389: "))
        #expect(
            result.output.contains(
                "note: config.toml:6:1: audit.audit_result_success: \"unkown\" is taken for \"unknown\""))
        let start = try Program.run(["serve", "--port", "0"], in: directory)
        #expect(start.status == 78)
        #expect(start.errors.contains("config.toml:9:7: ") && start.errors.contains("as.lst:2:"))
    }

    @Test func `what everybody can read or write is named, at the start too`() async throws {
        let directory = try TemporaryDirectory()
        let (settings, token, state) = (
            directory.path + "/config.toml", directory.path + "/token", directory.path + "/state"
        )
        try directory.write("config.toml", "[server]\ntoken_file = \"token\"\nstate_directory = \"state\"\n")
        try directory.write("token", "abc\n")
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: state + "/web-auth.sqlite"))
        for file in [state, state + "/web-auth.sqlite"] { OrdinaryUser.own(file) }
        func set(_ mode: [String: Int]) throws {
            for (path, mode) in mode {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
        }
        try set([settings: 0o646, token: 0o644, state: 0o777, state + "/web-auth.sqlite": 0o666])
        let notes = [
            "config.toml: everybody can read and write \(settings) (mode 646)",
            "config.toml:2:14: server.token_file: everybody can read \(token) (mode 644)",
            "database: everybody can read and write \(state)/web-auth.sqlite (mode 666)",
            "server.state_directory: everybody can read and write \(state) (mode 777)",
        ]
        let open = try Program.run(["check-config"], in: directory)
        #expect(open.status == 0)
        let server = try await ServerProcess(in: directory)
        for note in notes {
            #expect(open.output.contains("note: \(note)"), "\(note) in \(open.output)")
            #expect(server.logText.contains(note), "\(note) in \(server.logText)")
        }
        server.signal(SIGKILL)
        _ = await server.waitForExit()
        try set([settings: 0o644 & ~0o4, token: 0o640, state: 0o751, state + "/web-auth.sqlite": 0o660])
        for path in [settings, token] { OrdinaryUser.own(path) }
        let closed = try Program.run(["check-config"], in: directory)
        #expect(closed.status == 0)
        #expect(!closed.output.contains("everybody"), "\(closed.output)")
    }

    @Test func `a database that is not there yet is not made by asking`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[cache]\nmode = \"memory\"\n")
        let result = try Program.run(["check-config", "--connect"], in: directory)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("database: \(directory.path)/var/web-auth.sqlite is not there yet"))
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/var"))
        try directory.write(
            "config.toml", directory.read("config.toml") + "[database]\ndsn = \"sqlite:////proc/none/x.sqlite\"\n")
        let nowhere = try Program.run(["check-config", "--connect"], in: directory)
        #expect(nowhere.status == 69, "\(nowhere.errors)")
        #expect(
            nowhere.output.contains("database: /proc/none/x.sqlite is not there, and cannot be made in /proc\n"),
            "\(nowhere.output)")
    }

    @Test func `a program for mails that is not there is noted where mails are wanted`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[cache]\nmode = \"memory\"\n[alarms]\nsendmail = \"/nonexistent\"\n")
        #expect(try !Program.run(["check-config"], in: directory).output.contains("sendmail"))
        try directory.write("config.toml", directory.read("config.toml") + "mail_to = [\"postmaster@example.org\"]\n")
        let result = try Program.run(["check-config"], in: directory)
        #expect(result.status == 0)
        #expect(result.output.contains("note: alarms.sendmail: /nonexistent is no program"), "\(result.output)")
    }

    @Test(.enabled(if: MailSite.canRun && InstalledServers.redis, "\(MailSite.missing) redis-server"))
    func `back ends are asked, and what each answers is said`() async throws {
        let redis = try await RedisServer()
        let site = try await MailSite(timeout: "5s", settings: "[cache]\nhost = \"127.0.0.1\"\nport = \(redis.port)\n")
        let well = try await onThread { try Program.run(["check-config", "--connect"], in: site.directory) }
        #expect(well.status == 0, "\(well.errors)")
        for name in ["database", "directory", "redis"] {
            #expect(well.output.contains("\(name): ok\n"), "\(well.output)")
        }
        #expect(
            try await onThread { try Program.run(["check-config"], in: site.directory) }.output.contains("redis")
                == false)

        let good = site.directory.read("config.toml")
        try site.directory.write("config.toml", good.replacing("p%25ss%3Aw%2Frd%401", with: "wrong"))
        try await redis.process.kill()
        try await site.slapd.process.kill()
        let ill = try await onThread { try Program.run(["check-config", "--connect"], in: site.directory) }
        #expect(ill.status == 69)
        #expect(ill.output.contains(#/database: .*Access denied/#), "\(ill.output)")
        #expect(ill.output.contains(#/directory: unreachable/#), "\(ill.output)")
        #expect(ill.output.contains(#/redis: unreachable/#), "\(ill.output)")
        #expect(!ill.output.contains("wrong") && !ill.errors.contains("wrong"))

        // Settings that cannot be used come first.
        try site.directory.write(
            "config.toml", site.directory.read("config.toml") + "\n[audit.lists]\nas_numbers = \"as.lst\"\n")
        try site.directory.write("as.lst", "ASX\n")
        let both = try await onThread { try Program.run(["check-config", "--connect"], in: site.directory) }
        #expect(both.status == 78)
        #expect(both.output.contains("database: "))

        try site.directory.write("config.toml", good.replacing("p%25ss%3Aw%2Frd%401", with: "wrong"))
        let server = try await ServerProcess(in: site.directory)
        await server.waitForLog("a back end cannot be asked", times: 2)
        #expect(server.logText.contains(#/backend=database error=.*Access denied/#), "\(server.logText)")
    }
}
