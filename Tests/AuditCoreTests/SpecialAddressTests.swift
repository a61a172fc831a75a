import AuditCore
import Testing

struct SpecialAddressTests {
    private struct Row {
        var address: IPAddress
        var isPrivate: Bool
        var block: String?
    }

    private func rows() throws -> [Row] {
        try specialAddressTable.split(separator: "\n").map { line in
            let fields = line.split(separator: " ", maxSplits: 2)
            let address = try #require(IPAddress(fields[0]))
            return Row(
                address: address, isPrivate: fields[1] == "P", block: fields[2] == "-" ? nil : String(fields[2]))
        }
    }

    @Test func `every boundary of every special block is as in CPython and ipwhois`() throws {
        let rows = try rows()
        #expect(rows.count == 266)
        for row in rows {
            // Wrapped addresses are never private here, other than in CPython.
            let isPrivate = row.isPrivate && row.address.embeddedIPv4 == nil
            #expect(row.address.isPrivate == isPrivate, "\(row.address)")
            #expect(row.address.reservedBlock?.name == row.block, "\(row.address)")
        }
    }

    @Test(arguments: [
        ("::ffff:10.0.0.1", true), ("::ffff:8.8.8.8", false), ("::ffff:192.0.0.9", false), ("::ffff:100.64.0.1", false),
        ("::ffff:127.0.0.1", true), ("::10.0.0.1", false), ("64:ff9b::10.0.0.1", false), ("2002:a00:1::", false),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", false), ("64:ff9b:1::a00:1", false), ("2001:2::1", true),
        ("64:ff9b:2::a00:1", false), ("2001:db8::1", true),
    ])
    func `a mapped address is as private as its IPv4 address, a wrapped one never is`(
        text: String, isPrivate: Bool
    ) throws {
        #expect(try #require(IPAddress(text)).isPrivate == isPrivate)
    }

    @Test(
        arguments: [
            ("2002:c000:204::1", "192.0.2.4"), ("2002:a00:1::", "10.0.0.1"), ("2002:ffff:ffff:1::9", "255.255.255.255"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"), ("2001::", "255.255.255.255"),
            ("64:ff9b::192.0.2.33", "192.0.2.33"), ("64:ff9b:1::8.8.8.8", "8.8.8.8"),
            ("64:ff9b:1:2:3:4:808:808", "8.8.8.8"),
            ("64:ff9b:2::808:808", nil), ("64:ff9b:0:1::808:808", nil), ("2001:1::1", nil), ("2003::1", nil),
            ("::ffff:8.8.8.8", nil), ("::8.8.8.8", nil), ("8.8.8.8", nil), ("2a00::808:808", nil),
        ] as [(String, String?)])
    func `a wrapped IPv4 address is found`(text: String, embedded: String?) throws {
        #expect(try #require(IPAddress(text)).embeddedIPv4?.description == embedded)
    }

    @Test(arguments: [
        ("192.88.99.1", "RFC 3068"), ("100.64.0.1", "RFC 6598"), ("240.0.0.1", "RFC 1918"),
        ("255.255.255.255", "RFC 919, Section 7"), ("::ffff:127.0.0.1", "RFC 1122, Section 3.2.1.3"),
        ("::", "RFC 4291, Section 2.5.2"), ("ff02::1", "RFC 4291, Section 2.7"), ("64:ff9b::1", "RFC 4291"),
        ("fe80::1", "RFC 4291, Section 2.5.6"), ("fec0::1", "RFC 4291, Section 2.5.7"), ("2001:db8::1", "RFC 4193"),
    ])
    func `a block names where it is defined`(text: String, reference: String) throws {
        #expect(try #require(IPAddress(text)).reservedBlock?.reference == reference)
    }
}
