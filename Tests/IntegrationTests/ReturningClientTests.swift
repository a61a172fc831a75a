import Foundation
import ReplayUpstream
import TestServers
import Testing

/// Clients that were here before: by DNS, registries and Team Cymru, all replayed on loopback.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ReturningClientTests {
    private static let client = "176.112.169.218"
    private static let reverseName = "218.169.112.176.in-addr.arpa"
    private static let hosts = [reverseName: "rimap26.i.mail.ru"]
    private static let file = "var/recent-addresses"
    private static let lists = "[audit.lists]\nreverse_hostname = \"hosts.lst\"\nnetwork_name = \"nets.lst\"\n"

    private func site(
        lookup: String = "", cache: String, override: @escaping RegistryReplay.Override = { _, _ in nil }
    ) throws -> LookupSite {
        let site = try LookupSite(
            lookup: lookup, settings: "\(Self.lists)[cache]\nmode = \"\(cache)\"\n", hosts: Self.hosts,
            override: override)
        try site.directory.write("hosts.lst", ".*\\.evil\\.example\n")
        try site.directory.write("nets.lst", "EVIL-NET\n")
        return site
    }

    private func namesAsked(_ site: LookupSite) -> Int {
        site.upstream.dns.questions.count { $0.name.hasSuffix(".in-addr.arpa") }
    }

    private func sources(_ record: [String: Any]) -> [String: String] {
        let sources = record["sources"] as? [String: [String: Any]] ?? [:]
        return sources.compactMapValues { $0["source"] as? String }
    }

    private func stop(_ server: ServerProcess) async {
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
    }

    @Test func `a name is asked for once, by whichever endpoint, and a restart and explain know it`() async throws {
        let site = try site(cache: "sqlite")
        let added = try Program.run(["app-password", "add", "alice"], in: site.directory)
        let password = String(added.output.dropLast())
        var server = try await site.server()
        #expect(try server.auth("alice", "wrong", from: Self.client).status == 401)
        #expect(namesAsked(site) == 0, "of a guess nobody is told")
        #expect(try server.auth("alice", password, from: Self.client).status == 200)
        #expect(try server.audit("alice", from: Self.client).status == 404)
        // The first is of the guess.
        var records = Array(try site.records(3).dropFirst())
        #expect(sources(records[0])["rev_host"] == "dns")
        #expect(sources(records[1])["rev_host"] == "cache")
        #expect(records.map { $0["rev_host"] as? String } == ["rimap26.i.mail.ru", "rimap26.i.mail.ru"])
        await stop(server)
        server = try await site.server()
        #expect(try server.auth("alice", password, from: Self.client).status == 200)
        records = try site.records(4)
        #expect(sources(records[3])["rev_host"] == "cache")
        let explained = try Program.run(["explain", Self.client, "--offline"], in: site.directory)
        #expect(explained.output.contains("known (cache, "), "\(explained.output)")
        #expect(explained.output.contains("rimap26.i.mail.ru"))
        #expect(namesAsked(site) == 1)
        await stop(server)
    }

    @Test func `whoever came before a restart waits for nobody after it, though memory is all there was`()
        async throws
    {
        let isSilent = Flag()
        let site = try site(cache: "memory", override: { _, _ in isSilent.isSet ? .silence : nil })
        var server = try await site.server()
        #expect(try server.audit("alice", from: Self.client).status == 404)
        _ = try site.records(1)
        await stop(server)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(site.directory.path)/\(Self.file)")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(site.directory.read(Self.file).hasPrefix("\(Self.client) "))
        #expect(namesAsked(site) == 1 && site.networksAsked == 1)

        server = try await site.server()
        #expect(server.becomes { site.networksAsked == 2 && namesAsked(site) == 2 })
        // Once the answer is kept, as a neighbour is told; then nobody answers any more.
        var count = 1
        #expect(
            try server.becomes {
                count += 1
                _ = try server.audit("bob", from: "176.112.169.1")
                return sources(try site.records(count)[count - 1])["network"] == "cache"
            })
        isSilent.set()
        site.upstream.dns.stop()
        let asked = site.upstream.dns.questions.count
        #expect(try server.audit("alice", from: Self.client).status == 404)
        let record = try site.records(count + 1)[count]
        #expect(sources(record).filter { $0.key != "geo" }.values.allSatisfy { $0 == "cache" }, "\(sources(record))")
        #expect(record["rev_host"] as? String == "rimap26.i.mail.ru" && record["net_name"] as? String == "VK-FRONT")
        #expect(site.networksAsked == 2 && site.upstream.dns.questions.count == asked)
        await stop(server)
    }

    @Test func `a start with thousands of addresses storms nobody, and its end waits for none of them`() async throws {
        let site = try site(cache: "memory")
        // The pace follows from the rate.
        try site.directory.write(
            "config.toml", site.directory.read("config.toml").replacing("\"1000000/s\"", with: "\"1/s\""))
        let now = Int(Date().timeIntervalSince1970)
        let lines = (0..<4096).map { "62.\($0 / 256).\($0 % 256).1 \(now - $0)\n" }
        try FileManager.default.createDirectory(
            atPath: site.directory.path + "/var", withIntermediateDirectories: false)
        OrdinaryUser.own(site.directory.path + "/var")
        try site.directory.write(Self.file, lines.joined() + "what is this\n")
        OrdinaryUser.own(site.directory.path + "/" + Self.file)
        let start = ContinuousClock.now
        let server = try await site.server()
        #expect(server.becomes { site.networksAsked >= 2 })
        // A login does not stand behind those that are waited for: with them it would be asked for in hours, and be without a
        // network at its deadline.
        #expect(try server.audit("alice", from: Self.client).status == 404)
        #expect(try site.records(1)[0]["net_name"] as? String == "VK-FRONT")
        let (networks, names) = (site.networksAsked, namesAsked(site))
        let passed = ContinuousClock.now - start
        #expect(networks <= Int(passed / .seconds(4)) + 2, "one in four seconds, and the login's")
        #expect(names <= Int(passed / .seconds(4)) + 2)
        await stop(server)
        #expect(ContinuousClock.now - start - passed < .seconds(20))
        #expect(site.directory.read(Self.file).hasPrefix("\(Self.client) "), "the one that came last")
        #expect(site.directory.read(Self.file).split(separator: "\n").count == 4096)
    }

    @Test func `with the setting off nobody is asked, and the file goes, by a reload already`() async throws {
        let site = try site(cache: "memory")
        var server = try await site.server()
        #expect(try server.audit("alice", from: Self.client).status == 404)
        _ = try site.records(1)
        await stop(server)
        #expect(!site.directory.read(Self.file).isEmpty)
        server = try await site.server()
        let settings = site.directory.read("config.toml")
        try site.directory.write(
            "config.toml", settings.replacing("[lookup]\n", with: "[lookup]\nwarm_up = false\n"))
        #expect(try server.request("POST", "/reload").status == 200)
        #expect(server.becomes { site.directory.read(Self.file).isEmpty })
        await stop(server)
        let asked = site.networksAsked
        server = try await site.server()
        #expect(try server.audit("alice", from: "10.0.0.1").status == 404)
        _ = try site.records(2)
        await stop(server)
        #expect(site.directory.read(Self.file).isEmpty)
        #expect(site.networksAsked == asked)
    }

    @Test func `a reload keeps names as long as it keeps the resolver, and warms nothing up`() async throws {
        let site = try site(cache: "memory")
        let server = try await site.server()
        #expect(try server.audit("alice", from: Self.client).status == 404)
        _ = try site.records(1)
        #expect(try server.request("POST", "/reload").status == 200)
        #expect(try server.audit("alice", from: Self.client).status == 404)
        #expect(sources(try site.records(2)[1])["rev_host"] == "cache")
        let settings = site.directory.read("config.toml")
        try site.directory.write(
            "config.toml", settings.replacing("[lookup.dns]\n", with: "[lookup.dns]\ntimeout = \"499ms\"\n"))
        #expect(try server.request("POST", "/reload").status == 200)
        #expect(namesAsked(site) == 1 && site.networksAsked == 1)
        #expect(try server.audit("alice", from: Self.client).status == 404)
        #expect(sources(try site.records(3)[2])["rev_host"] == "dns")
        #expect(namesAsked(site) == 2 && site.networksAsked == 2)
        await stop(server)
    }

    @Test(.enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"))
    func `machines that share a Redis share names`() async throws {
        let redis = try await RedisServer()
        let sites = try (0..<2).map { _ in
            let site = try site(cache: "redis")
            let settings = site.directory.read("config.toml").replacing(
                "mode = \"redis\"\n", with: "mode = \"redis\"\nhost = \"127.0.0.1\"\nport = \(redis.port)\n")
            try site.directory.write("config.toml", settings)
            return site
        }
        let servers = [try await sites[0].server(), try await sites[1].server()]
        #expect(try servers[0].audit("alice", from: Self.client).status == 404)
        #expect(
            try servers[0].becomes {
                // Whoever may read Redis sees it there; what others wrote there and is no name is as if it were not.
                try Program.run(["explain", Self.client, "--offline"], in: sites[1].directory).output
                    .contains("rimap26.i.mail.ru")
            })
        #expect(try servers[1].audit("alice", from: Self.client).status == 404)
        #expect(sources(try sites[1].records(1)[0])["rev_host"] == "cache")
        #expect(namesAsked(sites[0]) == 1 && namesAsked(sites[1]) == 0)
        let now = Int(Date().timeIntervalSince1970) * 1000
        let forged = #"{"v":1,"fetched":\#(now),"ttl":60,"names":["a.evil.example\nhost: x"]}"#
        _ = try await redis.run("SET", "dw:ptr:4:8ba285fc:32", forged)
        #expect(try servers[1].audit("alice", from: "139.162.133.252").status == 404)
        #expect(namesAsked(sites[1]) == 1)
        let named = #"{"v":1,"fetched":\#(now),"ttl":60,"names":["a.evil.example"]}"#
        _ = try await redis.run("SET", "dw:ptr:4:d155da0f:32", named)
        #expect(try servers[1].audit("alice", from: "209.85.218.15").status == 403)
    }
}
