import TestKit
import AuditCore
import Testing

struct PrefixTableTests {
    private func table(_ texts: [String], _ precedence: PrefixTable.Precedence) throws -> PrefixTable {
        var builder = PrefixTable.Builder()
        for (index, text) in texts.enumerated() { builder.add(try #require(IPPrefix(text)), number: index + 1) }
        return PrefixTable(builder, precedence: precedence)
    }

    @Test(
        arguments: [
            ("10.1.2.3", 2, 2), ("10.1.3.3", 3, 4), ("10.2.0.0", 3, 3), ("9.255.255.255", nil, nil),
            ("11.0.0.0", nil, nil), ("192.0.2.255", 5, 5), ("192.0.3.0", nil, nil), ("2001:db8::1", 7, 7),
            ("::a01:203", nil, nil), ("255.255.255.255", 8, 8), ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 10, 10),
            ("0.0.0.0", 11, 11), ("10.1.2.9", 1, 1),
        ] as [(String, Int?, Int?)])
    func `the first or the longest prefix counts`(address: String, first: Int?, longest: Int?) throws {
        // Numbers count from 1; 6 repeats 5.
        let texts = [
            "10.1.2.9", "10.1.2.0/24", "10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "192.0.2.0/24", "2001:db8::/32",
            "255.255.255.255", "1.1.1.1", "ff00::/8", "0.0.0.0",
        ]
        let address = try #require(IPAddress(address))
        #expect(try table(texts, .first).match(address)?.number == first)
        #expect(try table(texts, .longest).match(address)?.number == longest)
    }

    @Test func `an empty table matches nothing and a default route everything of its family`() throws {
        let v4 = try #require(IPAddress("192.0.2.1"))
        let v6 = try #require(IPAddress("2001:db8::1"))
        #expect(try table([], .first).match(v4) == nil)
        #expect(try table(["0.0.0.0/0"], .first).match(v4)?.prefix.description == "0.0.0.0/0")
        #expect(try table(["0.0.0.0/0"], .first).match(v6) == nil)
        #expect(try table(["::/0"], .first).match(v6)?.number == 1)
        #expect(try table(["::/0"], .first).match(v4) == nil)
    }

    @Test func `a match names the entry's own network`() throws {
        let address = try #require(IPAddress("10.1.2.3"))
        let match = try table(["10.0.0.0/8", "10.1.2.0/24"], .first).match(address)
        #expect(match?.prefix.description == "10.0.0.0/8")
        #expect(try table(["10.0.0.0/8", "10.1.2.0/24"], .longest).match(address)?.prefix.length == 24)
    }

    /// Few bits at the top and at the bottom vary, so that prefixes nest, touch and repeat.
    private func randomAddress(_ random: inout SeededNumbers, v6: Bool) -> IPAddress {
        let top = UInt128(UInt32.random(in: 0..<16, using: &random))
        let middle = UInt128(UInt32.random(in: 0..<8, using: &random))
        let bottom = UInt128(UInt32.random(in: 0..<16, using: &random))
        return v6
            ? IPAddress(v6: top << 124 | middle << 60 | bottom)
            : IPAddress(v4: UInt32(top << 28 | middle << 14 | bottom))
    }

    @Test(arguments: [3, 40, 3000], [true, false])
    func `a table finds what a scan of all prefixes finds`(count: Int, v6: Bool) {
        var random = SeededNumbers(UInt64(count) + (v6 ? 1 : 0))
        for _ in 0..<(count > 1000 ? 2 : 40) {
            var prefixes: [IPPrefix] = []
            var builder = PrefixTable.Builder()
            for number in 1...count {
                let address = randomAddress(&random, v6: v6)
                let length = Int.random(in: 0...address.family.bitWidth, using: &random)
                // In a large table short prefixes would hide the others.
                let prefix = IPPrefix(address, length: count > 1000 ? max(length, length % 29 + 3) : length)!
                prefixes.append(prefix)
                builder.add(prefix, number: number)
            }
            let first = PrefixTable(builder, precedence: .first)
            let longest = PrefixTable(builder, precedence: .longest)
            var probes = (0..<60).map { _ in randomAddress(&random, v6: v6) }
            for prefix in prefixes.prefix(60) {
                for edge in [prefix.address.bits, prefix.lastBits, prefix.address.bits &- 1, prefix.lastBits &+ 1] {
                    probes.append(v6 ? IPAddress(v6: edge) : IPAddress(v4: UInt32(truncatingIfNeeded: edge)))
                }
            }
            for probe in probes {
                let holders = prefixes.indices.filter { prefixes[$0].contains(probe) }
                #expect(first.match(probe)?.number == holders.first.map { $0 + 1 })
                let best = holders.max { (prefixes[$0].length, $1) < (prefixes[$1].length, $0) }
                #expect(longest.match(probe)?.number == best.map { $0 + 1 })
                #expect(longest.match(probe)?.prefix == best.map { prefixes[$0] })
            }
        }
    }

    @Test func `a set holds what one of its networks holds`() throws {
        let set = PrefixSet(["192.0.2.0/24", "2001:db8::/32", "192.0.2.128/25"].compactMap { IPPrefix($0) })
        #expect(set.count == 3)
        for (text, isIn) in [
            ("192.0.2.129", true), ("192.0.3.0", false), ("2001:db8:1::", true), ("2001:db9::", false),
            ("::ffff:192.0.2.1", true), ("::c000:201", false),
        ] {
            #expect(try set.contains(#require(IPAddress(text))) == isIn)
        }
    }

    @Test func `a local network is named by the smallest entry`() throws {
        let networks = LocalNetworks([
            (prefix: try #require(IPPrefix("172.16.0.0/12")), name: "Campus"),
            (prefix: try #require(IPPrefix("172.17.1.0/24")), name: "DHCP Network"),
            (prefix: try #require(IPPrefix("172.17.1.9/24")), name: "the same again"),
        ])
        #expect(try networks.name(of: #require(IPAddress("172.17.1.204"))) == "DHCP Network")
        #expect(try networks.name(of: #require(IPAddress("172.17.2.1"))) == "Campus")
        #expect(try networks.name(of: #require(IPAddress("8.8.8.8"))) == nil)
        #expect(try LocalNetworks().name(of: #require(IPAddress("172.17.1.1"))) == nil)
    }
}
