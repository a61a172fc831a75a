import Foundation
import ReplayUpstream
import TestServers
import Testing

/// Logins whose facts come from registries, Team Cymru and DNS, all replayed on loopback.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LookupTests {
    private static let geo = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../GeoIPTests/Fixtures").standardized.path

    @Test func `the lines of the old program's README, to the letter`() async throws {
        let site = try LookupSite(
            settings: """
                local_locationname = "MPI PKS local network"
                [audit.local_networks]
                "172.17.1.0/24" = "DHCP Network"
                [audit.maxmind]
                city = "\(Self.geo)/city.mmdb"
                asn = "\(Self.geo)/asn.mmdb"
                [cache]
                mode = "memory"
                """,
            hosts: [
                "218.169.112.176.in-addr.arpa": "rimap26.i.mail.ru",
                "204.1.17.172.in-addr.arpa": "dhcp204.internal",
                "252.133.162.139.in-addr.arpa": "node-eu-0001.email2-cloud.com",
                "15.218.85.209.in-addr.arpa": "mail-ej1-f15.google.com",
                "53.218.85.209.in-addr.arpa": "mail-ej1-f53.google.com",
            ])
        let server = try await site.server()
        let lines = [
            "user=<honey-craig>, service=imap, ip=176.112.169.218, host=rimap26.i.mail.ru, asn=AS47764, as_cc=RU, as_desc=<VK-AS, RU>, as_org=<LLC VK>, net_name=<VK-FRONT>, net_cc=RU, entity=EY1327-RIPE, entity=ORG-LLCn4-RIPE, entity=RIPE-NCC-END-MNT, entity=VKCOMPANY-MNT, entity=VKNC, entity=MAIL-RU, city=<550478/Khasavyurt>, subdivision=<567293/Dagestan>, country=<2017370/Russia>, represented_country=<None/None>, registered_country=<2017370/Russia>, lat=43.2465, lon=46.59, rad=20km",
            "user=<honey>, service=imap, ip=172.17.1.204, host=dhcp204.internal, asn=None, as_cc=ZZ, as_desc=<MPI PKS local network>, as_org=<None>, net_name=<DHCP Network>, net_cc=ZZ, entity=",
            "user=<honey-sugar>, service=imap, ip=139.162.133.252, host=node-eu-0001.email2-cloud.com, asn=AS63949, as_cc=NL, as_desc=<AKAMAI-LINODE-AP Akamai Connected Cloud, SG>, as_org=<Akamai Connected Cloud>, net_name=<EU-LINODE-20141229>, net_cc=US, entity=linode-mnt, entity=ORG-LL72-RIPE, entity=TA2589-RIPE, entity=LAS85-RIPE, city=<2925533/Frankfurt am Main>, subdivision=<2905330/Hesse>, country=<2921044/Germany>, represented_country=<None/None>, registered_country=<2750405/The Netherlands>, lat=50.1188, lon=8.6843, rad=20km",
            "user=<honey-gmail-pop>, service=pop3, ip=209.85.218.15, host=mail-ej1-f15.google.com, asn=AS15169, as_cc=US, as_desc=<GOOGLE, US>, as_org=<GOOGLE>, net_name=<GOOGLE>, net_cc=None, entity=GOGL, city=<None/None>, country=<6252001/United States>, represented_country=<None/None>, registered_country=<6252001/United States>, lat=37.751, lon=-97.822, rad=1000km",
            "user=<honey-gmail-smtp>, service=smtp, ip=209.85.218.53, host=mail-ej1-f53.google.com, asn=AS15169, as_cc=US, as_desc=<GOOGLE, US>, as_org=<GOOGLE>, net_name=<GOOGLE>, net_cc=None, entity=GOGL, city=<None/None>, country=<6252001/United States>, represented_country=<None/None>, registered_country=<6252001/United States>, lat=37.751, lon=-97.822, rad=1000km",
        ]
        for (number, line) in lines.enumerated() {
            let parts = try #require(line.firstMatch(of: #/user=<(.*?)>, service=(.*?), ip=(.*?),/#))
            #expect(try server.audit(String(parts.1), service: String(parts.2), from: String(parts.3)).status == 404)
            #expect(try site.records(number + 1)[number]["message"] as? String == line)
        }
    }

    @Test func `an address of several names is refused for any of them`() async throws {
        let site = try LookupSite(
            settings: "[audit.lists]\nreverse_hostname = \"hosts.lst\"\n[cache]\nmode = \"memory\"\n",
            hosts: [
                "218.169.112.176.in-addr.arpa": "zombie.evil.example Mail.good.example b.good.example",
                "15.218.85.209.in-addr.arpa": "b.good.example a.good.example",
            ])
        try site.directory.write("hosts.lst", "# hosts\n.*\\.evil\\.example\n")
        let server = try await site.server()
        let refused = try server.audit("a", from: "176.112.169.218")
        #expect(refused.status == 403)
        #expect(refused.body.contains("access from the hostname zombie.evil.example is forbidden"))
        _ = try site.records(1)
        #expect(try server.audit("a", from: "209.85.218.15").status == 404)
        let records = try site.records(2)
        #expect(records[0]["rev_host"] as? String == "b.good.example")
        #expect(records[0]["matched"] as? String == "rev_host")
        #expect(records[0]["rule"] as? String == "hosts.lst:2")
        #expect(records[1]["rev_host"] as? String == "a.good.example")
        let explained = try Program.run(["explain", "176.112.169.218"], in: site.directory)
        for name in ["b.good.example", "Mail.good.example", "zombie.evil.example"] {
            #expect(explained.output.contains("                    \(name)\n"), "\(explained.output)")
        }
    }

    @Test func `a reload takes another list of RDAP servers into use`() async throws {
        let (site, other) = (try LookupSite(), try LookupSite())
        let server = try await site.server()
        #expect(try server.audit("a", from: "176.112.169.218").status == 404)
        #expect(server.becomes { site.networksAsked == 1 })
        for name in ["ipv4.json", "ipv6.json"] { try site.directory.write(name, other.directory.read(name)) }
        #expect(try server.request("POST", "/reload").status == 200)
        #expect(try server.audit("a", from: "139.162.133.252").status == 404)
        #expect(server.becomes { other.networksAsked == 1 })
        #expect(site.networksAsked == 1)
    }

    @Test func `fifty logins at once from one network ask each registry once`() async throws {
        let gate = ReplayEvent()
        let site = try LookupSite(override: { means, _ in
            guard means == .rdap else { return nil }
            let body = #"""
                {"objectClassName":"ip network","handle":"X","startAddress":"62.4.5.0","endAddress":"62.4.5.255",
                "ipVersion":"v4","name":"ONE-NET","type":"ASSIGNED PA","country":"NL"}
                """#
            return .http(body: Array(body.utf8)).after(gate)
        })
        let added = try Program.run(["app-password", "add", "alice"], in: site.directory)
        let password = String(added.output.dropLast())
        let server = try await site.server()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...50 {
                group.addTask {
                    try await onThread { try server.auth("alice", password, from: "62.4.5.\(number)").status }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 50), "no list needs a fact, so none waits for one")
        gate.happen()
        let records = try site.records(50)
        #expect(records.count == 50)
        #expect(records.allSatisfy { $0["net_name"] as? String == "ONE-NET" })
        #expect(site.networksAsked == 1)
        #expect(site.originsAsked == 1)
    }

    @Test func `a registry that wants a pause costs no login a wait, and is left alone`() async throws {
        let site = try LookupSite(
            lookup: "deadline = \"8s\"",
            settings: "[audit.lists]\nnetwork_cc = \"cc.lst\"\n[cache]\nmode = \"memory\"\n",
            override: { means, _ in means == .rdap ? .http(429, headers: [("Retry-After", "3600")]) : nil })
        try site.directory.write("cc.lst", "RU\n")
        let server = try await site.server()
        let start = ContinuousClock.now
        #expect(try server.audit("a", from: "176.112.169.218").status == 403)
        #expect(try server.audit("a", from: "139.162.133.252").status == 404)
        #expect(ContinuousClock.now - start < .seconds(8), "WHOIS was asked at once")
        #expect(site.networksAsked == 1)
        #expect(site.upstream.whois.requests.count == 2)
        let ready = try server.request("GET", "/readyz")
        #expect(ready.status == 200)
        #expect(ready.body.contains("rate limited for another"), "\(ready.body)")
    }

    @Test(arguments: [true, false])
    func `with every upstream silent a login waits for its deadline, and not for what no list needs`(
        needsFacts: Bool
    ) async throws {
        let site = try LookupSite(
            lookup: "deadline = \"300ms\"\ntimeout = \"4s\"",
            settings: (needsFacts ? "[audit.lists]\nnetwork_cc = \"cc.lst\"\nas_cc = \"cc.lst\"\n" : "")
                + "[cache]\nmode = \"memory\"\n",
            isDNSSilent: true, override: { _, _ in .silence })
        try site.directory.write("cc.lst", "RU\n")
        let server = try await site.server()
        let clock = ContinuousClock()
        var (outside, inside) = ([Duration](), [Duration]())
        for number in 1...20 {
            var status = 0
            outside.append(try clock.measure { status = try server.audit("a", from: "62.\(number).5.1").status })
            #expect(status == 404)
            inside.append(try clock.measure { status = try server.audit("a", from: "10.0.0.\(number)").status })
            #expect(status == 404)
        }
        // Medians, and room for a busy machine: the figures are in the message.
        let (far, near) = (outside.sorted()[10], inside.sorted()[10])
        #expect(far < (needsFacts ? .milliseconds(350) : .milliseconds(25)), "\(far)")
        if needsFacts { #expect(far >= .milliseconds(300)) }
        #expect(near < .milliseconds(25), "\(near)")
        print("silent upstreams: public \(far), private \(near), needed: \(needsFacts)")
    }

    @Test func `a thousand new networks pile nothing up while every upstream is silent`() async throws {
        let site = try LookupSite(
            lookup: "deadline = \"100ms\"\ntimeout = \"3s\"",
            settings: "on_overload = \"allow\"\n[audit.lists]\nnetwork_cc = \"cc.lst\"\n[cache]\nmode = \"memory\"\n",
            isDNSSilent: true, override: { _, _ in .silence })
        try site.directory.write("cc.lst", "RU\n")
        let server = try await site.server()
        @Sendable func privateLogins(_ count: Int) throws -> Duration {
            let client = try HTTPClient(port: server.port)
            var times: [Duration] = []
            for number in 0..<count {
                // Of another account than the flood's: their reverse names take a share of what may be asked, too.
                let body = #"{"username":"b","service":"imap","remote_ip":"10.0.0.\#(number % 250)"}"#
                times.append(ContinuousClock().measure { _ = client.request("POST", "/audit", body) })
            }
            return times.sorted()[count / 2]
        }
        _ = try privateLogins(200)
        let (before, quiet) = (server.residentKiB, try privateLogins(400))
        let flood = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread in 0..<8 {
                    group.addTask {
                        try await onThread {
                            let client = try HTTPClient(port: server.port)
                            for number in 0..<125 {
                                let body =
                                    #"{"username":"a","service":"imap","remote_ip":"62.\#(thread).\#(number).1"}"#
                                #expect(client.request("POST", "/audit", body).status == 404)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let loud = try await onThread { try privateLogins(400) }
        try await flood.value
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.pid)/task").count
        #expect(threads < 40)
        #expect(server.residentKiB - before < 65_536)
        #expect(loud < quiet * 3 + .milliseconds(2), "\(loud) during the flood, \(quiet) without")
        print("1,000 new networks: private login \(quiet) before, \(loud) during, threads \(threads)")
        // Those that were asked have not answered within the timeout.
        let deadline = ContinuousClock.now + .seconds(20)
        var ready = ""
        while !ready.contains(": down") {
            try #require(ContinuousClock.now < deadline, "\(ready)")
            try await Task.sleep(for: .milliseconds(20))
            ready = try server.request("GET", "/readyz").body
        }
    }

    @Test func `offline asks nobody, ever`() async throws {
        let site = try LookupSite(
            lookup: "offline = true", settings: "on_unknown = \"deny\"\n[audit.lists]\nnetwork_cc = \"cc.lst\"\n")
        try site.directory.write("cc.lst", "RU\n")
        let server = try await site.server()
        #expect(try server.audit("a", from: "176.112.169.218").status == 403)
        #expect(try server.audit("a", from: "2a00:1ca8:51::7").status == 403)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(site.upstream.rdap.requests.isEmpty && site.upstream.whois.requests.isEmpty)
        #expect(site.upstream.cymruWhois.requests.isEmpty && site.upstream.dns.questions.isEmpty)
    }

    @Test func `what was looked up outlives the program, and explain tells its age`() async throws {
        let site = try LookupSite(settings: "[cache]\nmode = \"sqlite\"\n")
        for round in 1...2 {
            let server = try await site.server()
            #expect(try server.audit("a", from: "176.112.169.218").status == 404)
            #expect(try site.records(round).last?["net_name"] as? String == "VK-FRONT")
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        #expect(site.networksAsked == 1)
        let explained = try Program.run(["explain", "176.112.169.218", "--json"], in: site.directory)
        #expect(explained.status == 0, "\(explained.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(explained.output.utf8)) as? [String: Any]
        let facts = try #require(object?["facts"] as? [String: Any] ?? object)
        let network = try #require(facts["network"] as? [String: Any])
        #expect(network["source"] as? String == "cache")
        #expect((network["age_s"] as? Double) ?? -1 >= 0)
        let fresh = try Program.run(["explain", "139.162.133.252"], in: site.directory)
        #expect(fresh.output.contains("EU-LINODE-20141229") && fresh.output.contains("rdap"), "\(fresh.output)")
        #expect(fresh.output.contains("AKAMAI-LINODE-AP") && fresh.output.contains("cymru-dns"), "\(fresh.output)")
        #expect(site.networksAsked == 2)
    }

    @Test(.enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"))
    func `Redis frozen, dead and back: logins go on, and old entries are used`() async throws {
        let redis = try await RedisServer()
        let site = try LookupSite(
            settings: """
                [audit.lists]
                network_cc = "cc.lst"
                [cache]
                mode = "redis"
                host = "127.0.0.1"
                port = \(redis.port)
                """)
        try site.directory.write("cc.lst", "RU\n")
        let old = """
            {"asn":"64500","asn_cidr":"62.4.5.0/24","asn_country_code":"NL","asn_description":"OLD-AS, NL",\
            "asn_registry":"ripencc","asn_date":"2001-01-01","query":"62.4.5.9","nir":null,"network":{"name":"OLD-NET",\
            "country":"RU","cidr":"62.4.5.0/24","handle":"X"},"entities":["OLD-MNT"],"objects":{},"raw":null}
            """
        _ = try await redis.run("SET", "62.4.5.0/24", old)
        let server = try await site.server()
        #expect(try server.audit("a", from: "62.4.5.77").status == 403)
        #expect(try site.records(1)[0]["net_name"] as? String == "OLD-NET")
        #expect(site.networksAsked == 0, "the old program had asked")
        #expect(try server.audit("a", from: "176.112.169.218").status == 403)
        #expect(site.networksAsked == 1)
        #expect(server.becomes { (try? Self.keys(redis.port))?.contains("dw:net") ?? false })
        redis.process.freeze()
        #expect(try server.audit("a", from: "139.162.133.252").status == 404)
        #expect(try server.audit("a", from: "176.112.169.218").status == 403)
        redis.process.thaw()
        try await redis.process.kill()
        #expect(try server.audit("a", from: "217.91.20.1").status == 404)
        #expect(try server.audit("a", from: "176.112.169.218").status == 403)
        #expect(site.networksAsked == 3)
        let ready = try server.request("GET", "/readyz")
        #expect(ready.status == 200, "Redis is optional")
        #expect(ready.body.contains("lookup cache: memory alone"))
    }

    private static func keys(_ port: UInt16) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/redis-cli")
        process.arguments = ["-p", "\(port)", "--scan"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }

    @Test func `a reload takes other lookups into use`() async throws {
        let site = try LookupSite(lookup: "offline = true")
        let server = try await site.server()
        #expect(try server.audit("a", from: "176.112.169.218").status == 404)
        try site.directory.write(
            "config.toml", site.directory.read("config.toml").replacing("offline = true", with: "offline = false"))
        #expect(try server.request("POST", "/reload").status == 200)
        #expect(try server.audit("a", from: "176.112.169.218").status == 404)
        #expect(try site.records(2).last?["net_name"] as? String == "VK-FRONT")
        #expect(site.networksAsked == 1)
    }
}
