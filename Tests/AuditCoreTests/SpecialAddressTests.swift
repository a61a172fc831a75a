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
            #expect(row.address.isPrivate == row.isPrivate, "\(row.address)")
            #expect(row.address.reservedBlock?.name == row.block, "\(row.address)")
        }
    }

    @Test(arguments: [
        ("::ffff:10.0.0.1", true), ("::ffff:8.8.8.8", false), ("::ffff:192.0.0.9", false), ("::ffff:100.64.0.1", false),
        ("::ffff:127.0.0.1", true), ("::10.0.0.1", false), ("64:ff9b::10.0.0.1", false), ("2002:a00:1::", true),
    ])
    func `a mapped address is as private as its IPv4 address and others are not unwrapped`(
        text: String, isPrivate: Bool
    ) throws {
        #expect(try #require(IPAddress(text)).isPrivate == isPrivate)
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
