import Foundation
import Testing

/// Lists looked at with the real program, and what is said of them.
@Suite(.timeLimit(.minutes(5)))
struct ListsVerbTests {
    @Test func `lists check reads a file as what the settings, an option or its lines say`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nas_cc = \"cc.lst\"\n")
        try directory.write("cc.lst", "RU\nUK\n")
        try directory.write(
            "drop.json", "{\"cidr\":\"1.10.16.0/20\"}\n{\"cidr\":\"1.19.0.0/16\"}\n{\"type\":\"metadata\"}\n")
        try directory.write("odd.txt", "192.88.98.0 - 192.88.98.255\n192.88.98.1 3 hits\n")
        let good = try Program.run(["lists", "check", "cc.lst", "drop.json"], in: directory)
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("cc.lst: as_cc, as the settings have it: 2 entries\n"))
        #expect(good.output.contains("note: cc.lst:2: registries write GB, not UK\n"))
        #expect(
            good.output.contains("drop.json: ip_networks, as its lines look; --kind says otherwise: 2 entries (JSON)\n")
        )
        let bad = try Program.run(["lists", "check", "--kind", "ip_networks", "odd.txt", "none.txt"], in: directory)
        #expect(bad.status == 78)
        #expect(bad.output.contains("odd.txt: ip_networks, as you say: 1 entry\n"))
        #expect(
            bad.errors.contains("odd.txt:2:1: \"3\" after the address")
                && bad.errors.contains("none.txt:1:1: cannot be read"))
        #expect(try Program.run(["lists", "check", "--kind", "nonsense", "odd.txt"], in: directory).status == 64)
    }

    @Test func `lists stats names lines that others make useless`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\nas_numbers = \"as.lst\"\n")
        try directory.write("nets.lst", "192.88.98.0/24\n192.88.98.128/25\n176.112.168.0/24\n176.112.168.0/21\n")
        try directory.write("as.lst", "AS1\nAS2\n")
        let result = try Program.run(["lists", "stats"], in: directory)
        #expect(result.status == 0)
        #expect(
            result.output == """
                ip_networks: nets.lst: 4 entries, 1 useless, 1 overlapping
                  nets.lst:2: 192.88.98.128/25 lies in 192.88.98.0/24, line 1
                  nets.lst:4: 176.112.168.0/24 lies in 176.112.168.0/21, line 3
                as_numbers: as.lst: 2 entries, 0 useless, 0 overlapping

                """)
    }

    @Test func `check-config says in which form a list is, and what may not have been meant`() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml", "[audit.lists]\nip_networks = \"aws.json\"\nreverse_hostname = \"names.lst\"\n")
        try directory.write("aws.json", "{\"prefixes\":[{\"ip_prefix\":\"3.5.140.0/22\"}],\"ipv6_prefixes\":[]}")
        try directory.write("names.lst", ".*vpn.example.com\n")
        let result = try Program.run(["check-config"], in: directory)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("ip_networks: 1 entry (JSON)\n"))
        #expect(result.output.contains("note: names.lst:1: \".com\" meets any character before \"com\""))
    }

    @Test func `a reload after which a list has lost most of its entries says so`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n")
        try directory.write("nets.lst", "192.88.98.0/24\n192.88.99.0/24\n192.88.97.0/24\n")
        let server = try await ServerProcess(in: directory)
        try directory.write("nets.lst", "192.88.98.0/24\n")
        let reloaded = try server.request("POST", "/reload")
        #expect(reloaded.status == 200)
        #expect(reloaded.body.contains(#""notes":["ip_networks: 1 entry, before it were 3"]"#), "\(reloaded.body)")
        #expect(server.logText.contains("ip_networks: 1 entry, before it were 3"))
    }
}
