import AuditCore
import Testing

@testable import Whois

@Suite struct CymruWhoisTests {
    private let address = IPAddress(v4: 0x0102_0304)
    private let line = "64496   | 1.2.3.4          | 1.2.3.0/24          | DE | ripencc  | 2000-01-01 | EXAMPLE, DE\n"

    private func parse(_ text: String) -> Result<OriginAnswer?, LookupError> {
        CymruWhois.parse(Array(text.utf8), for: address)
    }

    @Test func `the question asks for everything but a header`() {
        #expect(CymruWhois.query(for: address) == Array(" -r -a -c -p -f 1.2.3.4\r\n".utf8))
    }

    @Test func `other lines are left out`() throws {
        let noise = """
            Bulk mode; whois.cymru.com [2024-01-01 00:00:00 +0000]
            AS      | IP               | BGP Prefix          | CC | Registry | Allocated  | AS Name
            Warning: RIPE flags used with a traditional server.
            Error: no ASN or IP match on line 1.
            1       | 9.9.9.9          | 9.9.9.0/24          | US | arin     | 2000-01-01 | OTHER, US
            1       | 1.2.3.4          | 9.9.9.0/24          | US | arin     | 2000-01-01 | WRONG, US
            x | y

            """
        let expected = OriginAnswer(
            facts: OriginFacts(asNumbers: [64496], prefix: "1.2.3.0/24", country: "DE", asName: "EXAMPLE, DE"),
            prefix: IPPrefix("1.2.3.0/24"), registry: .ripencc, allocated: "2000-01-01")
        #expect(try parse(line).get() == expected)
        #expect(try parse(noise + line).get() == expected)
        #expect(try parse(line + noise).get() == expected)
        #expect(try parse(noise + line.replacing("\n", with: "\r\n")).get() == expected)
        #expect(errorCode(parse(noise)) == .malformed)
    }

    @Test func `several lines are origins of one prefix, with the name of the first`() throws {
        let second = line.replacing("64496", with: "64497").replacing("EXAMPLE", with: "SECOND")
        let facts = try parse(line + second).get()?.facts
        #expect(facts?.asNumbers == [64496, 64497])
        #expect(facts?.asName == "EXAMPLE, DE")
    }

    @Test func `the longest prefix counts`() throws {
        let shorter = line.replacing("1.2.3.0/24", with: "1.2.0.0/16").replacing("64496", with: "1")
        #expect(try parse(shorter + line).get()?.facts.asNumbers == [64496])
    }

    @Test func `an address that nobody announces has a country, but no origin`() throws {
        let answer = try parse("NA      | 1.2.3.4          | NA                  | CO | lacnic   | 2013-10-29 | NA\n")
            .get()
        #expect(
            answer
                == OriginAnswer(
                    facts: OriginFacts(country: "CO"), registry: .lacnic, allocated: "2013-10-29", isRouted: false))
        #expect(try parse("NA | 1.2.3.4 | NA | | | | NA\n").get() == nil)
        #expect(try parse("NA | 1.2.3.4 | NA | | other | | NA\n").get() == nil)
    }

    @Test func `a bar in a name is part of it, and names are UTF-8 or else Latin-1`() throws {
        #expect(try parse(line.replacing("EXAMPLE", with: "EX|AM | PLÉ")).get()?.facts.asName == "EX|AM | PLÉ, DE")
        let latin = Array(line.replacing("EXAMPLE, DE\n", with: "PL").utf8) + [0xC9, 0x0A]
        #expect(try CymruWhois.parse(latin, for: address).get()?.facts.asName == "PLÉ")
    }

    @Test(arguments: [
        "", "\n", "\u{0}", "||||||", "<html>", "64496 | 1.2.3.4 | 1.2.3.0/24 | DE | ripencc | 2000-01-01",
    ])
    func `an answer without a record is malformed`(text: String) {
        #expect(errorCode(parse(text)) == .malformed)
    }

    @Test func `answers are bounded`() throws {
        let many = String(repeating: line, count: 2_000)
        #expect(errorCode(parse(many)) == .malformed)
        #expect(try parse(String(many.prefix(CymruWhois.maxBytes))).get()?.facts.asNumbers == [64496])
    }
}
