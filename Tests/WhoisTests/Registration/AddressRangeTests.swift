import AuditCore
import Testing

@testable import Whois

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("192.0.2.0 - 192.0.2.255", "192.0.2.0/24"), ("192.0.2.0-192.0.2.255", "192.0.2.0/24"),
        ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.1", "192.0.2.1/32"), (" 192.0.2.1/32 ", "192.0.2.1/32"),
        ("217.80.0.0 - 217.91.255.255", "217.80.0.0/13, 217.88.0.0/14"), ("200.57.128/19", "200.57.128.0/19"),
        ("181.44/14", "181.44.0.0/14"), ("177/8", "177.0.0.0/8"), ("0.0.0.0 - 255.255.255.255", "0.0.0.0/0"),
        ("209.085.128.000 - 209.085.255.255", "209.85.128.0/17"), ("::/0", "::/0"),
        ("2001:0db8:0000:0000:0000:0000:0000:0000/128 - 2001:0DB8:ffff:ffff:ffff:ffff:ffff:ffff/128", "2001:db8::/32"),
        ("192.0.2.1 - 192.0.2.6", "192.0.2.1/32, 192.0.2.2/31, 192.0.2.4/31, 192.0.2.6/32"),
        ("2801:10:c000::/48", "2801:10:c000::/48"), ("255.255.255.255", "255.255.255.255/32"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"),
    ])
    func `a range is read, and made into the fewest blocks`(text: String, blocks: String) throws {
        let range = try #require(AddressRange(registryText: text))
        #expect(range.blocks.map(\.description).joined(separator: ", ") == blocks)
    }

    @Test(arguments: [
        "", "-", " - ", "192.0.2.9 - 192.0.2.1", "192.0.2.0 - ", "192.0.2.0 - ::1", "192.0.2.1/24", "192.0.2.0/33",
        "192.0.2.0/+8", "192.0.2.0/", "/24", "1.2.3.4.5", "256.0.0.0/8", "1..2.3", "1.2.3", "+1.2.3.4", "200.57.128/16",
        "2001:db8::1/32", "2001:db8::/129", "2001:db8:/32", "::ffff:192.0.2.0/120", "٣.0.0.0/8", "0x7f.0.0.1",
        "1.2.3.4/a",
        "1.2.3.4/99999999999999999999", "example.net",
    ])
    func `what is no range is refused`(text: String) {
        #expect(AddressRange(registryText: text) == nil)
    }

    @Test func `every address of a range is in one block of it, and no other is`() throws {
        for (first, last) in [(0, 255), (1, 254), (7, 7), (3, 200), (128, 255), (0, 127)] as [(UInt32, UInt32)] {
            let range = try #require(AddressRange(IPAddress(v4: first), IPAddress(v4: last)))
            for bits in 0...UInt32(300) {
                let address = IPAddress(v4: bits)
                #expect(range.blocks.count { $0.contains(address) } == (first...last ~= bits ? 1 : 0))
                #expect(range.contains(address) == (first...last ~= bits))
            }
            #expect(!range.contains(IPAddress(v6: UInt128(first))))
        }
    }

    @Test func `the largest ranges have no more blocks than their addresses have bits, twice`() throws {
        let v4 = try #require(AddressRange(IPAddress(v4: 1), IPAddress(v4: .max - 1)))
        #expect(v4.blocks.count == 62)
        let v6 = try #require(AddressRange(IPAddress(v6: 1), IPAddress(v6: .max - 1)))
        #expect(v6.blocks.count <= 254)
        #expect(v6.blocks.allSatisfy { $0.address.family == .v6 })
    }

    @Test func `IPv4-mapped addresses amid a range of IPv6 are no block of it`() throws {
        let range = try #require(AddressRange(IPAddress(v6: 0xFFFE_FFFF_FFFF), IPAddress(v6: 0x1_0000_0000_0000)))
        #expect(range.blocks.map(\.description) == ["::fffe:ffff:ffff/128", "::1:0:0:0/128"])
    }
}
