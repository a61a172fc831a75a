import AuditCore
import Testing

@testable import Whois

@Suite struct CymruDNSTests {
    private let address = IPAddress(v4: 0x0102_0304)

    private func parse(_ records: String...) -> Result<OriginAnswer?, LookupError> {
        CymruDNS.parseOrigin(records.map { Array($0.utf8) }, for: address)
    }

    @Test(arguments: [
        ("1.2.3.4", "4.3.2.1.origin.asn.cymru.com"), ("255.0.255.0", "0.255.0.255.origin.asn.cymru.com"),
        ("2801:10:c000::", "0.0.0.0.0.0.0.c.0.1.0.0.1.0.8.2.origin6.asn.cymru.com"),
        ("2001:db8:1234:abcd:1:2:3:4", "d.c.b.a.4.3.2.1.8.b.d.0.1.0.0.2.origin6.asn.cymru.com"),
    ])
    func `the name has the octets, or the first sixteen digits, backwards`(text: String, name: String) throws {
        #expect(CymruDNS.originName(of: try #require(IPAddress(text))) == name)
    }

    @Test func `an AS has a name to ask of, too`() {
        #expect(CymruDNS.nameName(ofAS: 63949) == "AS63949.asn.cymru.com")
        #expect(CymruDNS.nameName(ofAS: .max) == "AS4294967295.asn.cymru.com")
    }

    @Test func `the longest prefix counts, with all origins of all its records`() throws {
        let answer = try parse(
            "1 | 1.2.0.0/16 | US | arin | 2000-01-01", "174 4134 | 1.2.3.0/24 | cn | APNIC | 2001-01-01",
            "7 | 1.0.0.0/8 | AU | apnic | ", "4134 21859 | 1.2.3.0/24 | JP | apnic | 2002-02-02"
        ).get()
        #expect(
            answer
                == OriginAnswer(
                    facts: OriginFacts(asNumbers: [174, 4134, 21859], prefix: "1.2.3.0/24", country: "CN"),
                    prefix: IPPrefix("1.2.3.0/24"), registry: .apnic, allocated: "2001-01-01"))
    }

    @Test(arguments: [
        "", " ", "|", "||||", "foo", "1", "1 |", "1 | 1.2.3.0/33 | DE | ripencc | 2000-01-01",
        "0 | 1.2.3.0/24 | DE | ripencc |",
        "1 | 9.9.9.0/24 | DE | ripencc | 2000-01-01", "1 | ::/0 | DE | ripencc |",
        "4294967296 | 1.2.3.0/24 | DE | ripencc |",
        "-1 | 1.2.3.0/24 | DE | ripencc |", "x | 1.2.3.0/24 | DE | ripencc |", "1 | NA | DE | ripencc |", "\u{0}",
    ])
    func `a bad record spoils no other`(bad: String) throws {
        #expect(errorCode(parse(bad)) == .malformed)
        let good = "64496 | 1.2.3.0/24 | DE | ripencc | 2000-01-01"
        let expected = try parse(good).get()
        #expect(expected?.facts.asNumbers == [64496])
        #expect(try parse(bad, good).get() == expected)
        #expect(try parse(good, bad).get() == expected)
    }

    @Test(
        arguments: [
            ("64496 | 1.2.3.0/24", nil, nil, nil), ("64496 | 1.2.3.0/24 | | | ", nil, nil, nil),
            ("64496 | 1.2.3.0/24 | de | RIPENCC | 20000101", "DE", .ripencc, nil),
            ("64496 | 1.2.3.0/24 | DEU | other | 2000-01-01 | more | and more", nil, nil, nil),
            ("\"64496 | 1.2.3.0/24 | DE | ripencc | 2000-01-01\"", "DE", .ripencc, "2000-01-01"),
            ("  AS64496|1.2.3.0/24|EU|arin|2000-01-01  ", "EU", .arin, "2000-01-01"),
        ] as [(String, String?, Registry?, String?)])
    func `what a record leaves out is unknown`(
        text: String, country: String?, registry: Registry?, allocated: String?
    ) throws {
        let answer = try #require(try parse(text).get())
        #expect(answer.facts == OriginFacts(asNumbers: [64496], prefix: "1.2.3.0/24", country: country))
        #expect(answer.registry == registry)
        #expect(answer.allocated == allocated)
    }

    @Test func `no record is a failure, not a crash`() {
        #expect(errorCode(parse()) == .malformed)
    }

    @Test func `AS sets are read, and origins are bounded`() throws {
        #expect(try parse("{64496,64497} | 1.2.3.0/24 | DE | ripencc |").get()?.facts.asNumbers == [64496, 64497])
        let many = (1...5_000).map(String.init).joined(separator: " ")
        #expect(
            try parse("\(many) | 1.2.3.0/24 | DE | ripencc |").get()?.facts.asNumbers.count == CymruRecord.maxOrigins)
    }

    @Test(arguments: [
        ("63949 | SG | apnic | 2014-09-10 | AKAMAI-LINODE-AP Akamai, SG", "AKAMAI-LINODE-AP Akamai, SG"),
        ("1 | DE | ripencc | | A|B | C, DE", "A|B | C, DE"), ("\"1 | DE | ripencc | | A \"B\"\"", "A \"B\""),
        ("1 | DE | ripencc | 2000-01-01 | NA", nil), ("1 | DE | ripencc | 2000-01-01 | ", nil), ("1 | DE", nil),
        ("", nil),
    ])
    func `the name is the fifth column and all that follows`(text: String, name: String?) {
        #expect(CymruDNS.parseASName([Array(text.utf8)]) == name)
        #expect(CymruDNS.parseASName([[], Array(text.utf8)]) == name)
    }

    @Test func `names are UTF-8, or else Latin-1`() {
        let head = Array("3352 | ES | ripencc | 1994-01-01 | Telef".utf8)
        #expect(CymruDNS.parseASName([head + Array("ónica, ES".utf8)]) == "Telefónica, ES")
        #expect(CymruDNS.parseASName([head + [0xF3] + Array("nica, ES".utf8)]) == "Telefónica, ES")
        #expect(CymruDNS.parseASName([]) == nil)
    }
}
