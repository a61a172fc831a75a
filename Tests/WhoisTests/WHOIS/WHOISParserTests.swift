import AuditCore
import Testing

@testable import LookupAnswers
@testable import Whois

@Suite struct WHOISParserTests {
    private let address = IPAddress(v4: 0xC000_0237)  // 192.0.2.55

    private func parse(_ text: String, from registry: Registry = .ripencc) -> Result<NetworkAnswer?, LookupError> {
        WHOISParser.parse(Array(text.utf8), from: registry, for: address)
    }

    private func facts(_ text: String) throws -> NetworkFacts { try #require(try parse(text).get()).facts }

    @Test func `keys are taken at the start of a line, from the network's own object`() throws {
        let facts = try facts(
            """
            inetnum:        192.0.2.0 - 192.0.2.255
            remarks:        this country: XX is not it
             netname: NEITHER
            descr: netname: NOR-THIS
            netname:        REAL
            source:         RIPE

            person:         Somebody
            country:        XX
            netname:        NOT-THIS
            """)
        #expect(facts.name == "REAL")
        #expect(facts.country == nil)
    }

    @Test func `a last line without end, CR LF, tabs, capitals and no blank after the colon are read`() throws {
        let facts = try facts("INETNUM:\t192.0.2.0-192.0.2.255\r\nNetName:N\r\nadmin-c:\tA , B\r\ncountry:de")
        #expect(
            facts
                == NetworkFacts(
                    name: "N", country: "DE", cidr: "192.0.2.0/24", handle: "192.0.2.0 - 192.0.2.255",
                    entities: ["A", "B"]))
    }

    @Test func `values go on over lines`() throws {
        let facts = try facts(
            "inetnum: 192.0.2.0\n+ - 192.0.2.255\nnetname: A\n  B\n\tC\n+\nmnt-by: X-MNT,\n        Y-MNT # more\n")
        #expect(facts.name == "A B C")
        #expect(facts.entities == ["X-MNT", "Y-MNT"])
        #expect(facts.cidr == "192.0.2.0/24")
    }

    @Test func `the smallest network counts, and a route only where there is none`() throws {
        let text = """
            inetnum: 192.0.0.0 - 192.0.3.255
            netname: OUTER

            inetnum: 192.0.2.0 - 192.0.2.127
            netname: INNER

            inetnum: 192.0.2.128 - 192.0.2.255
            netname: BESIDE

            inetnum: 192.0.2.0 - 192.0.2.127
            netname: AGAIN

            route: 192.0.2.48/28
            mnt-by: ROUTE-MNT

            """
        #expect(try facts(text).name == "INNER")
        let route = try facts("route: 192.0.0.0/22\nmnt-by: A\n\nroute: 192.0.2.0/24\norigin: AS1\nmnt-by: B\n")
        #expect(route == NetworkFacts(cidr: "192.0.2.0/24", handle: "192.0.2.0/24", entities: ["B"]))
    }

    @Test func `of ARIN's equal networks the last counts, and the owner's country is not the network's`() throws {
        let text = """
            NetRange:       192.0.2.0 - 192.0.2.255
            NetName:        OUTER
            Organization:   Carrier (CARR)

            OrgName:        Carrier
            Country:        US

            CIDR:           192.0.2.0/25, 192.0.2.128/25
            NetName:        INNER
            NetHandle:      NET-192-0-2-0-2
            NetType:        Reassigned
            Country:        US
            Customer:       Shop (North) (C0123)
            ReferralServer: whois://whois.example.net

            """
        let answer = try #require(try parse(text, from: .arin).get())
        #expect(
            answer.facts
                == NetworkFacts(
                    name: "INNER", cidr: "192.0.2.0/25, 192.0.2.128/25", handle: "NET-192-0-2-0-2", entities: ["C0123"])
        )
        #expect(answer.isLeaf)
    }

    @Test func `CIDR blocks with host bits are left out`() {
        #expect(errorCode(parse("CIDR: 192.0.2.1/24\nNetName: N\n", from: .arin)) == .malformed)
    }

    @Test func `UTF-8 and Latin-1 are read line by line`() throws {
        let text = Array("inetnum: 192.0.2.0/24\nnetname: M".utf8) + [0xDC] + Array("NCHEN\nadmin-c: MÜ1\n".utf8)
        let facts = try #require(try WHOISParser.parse(text, from: .ripencc, for: address).get()).facts
        #expect(facts.name == "MÜNCHEN")
        #expect(facts.entities == ["MÜ1"])
    }

    @Test func `a registry's text inside another's is read`() throws {
        let text = """
            % Joint Whois - whois.lacnic.net
            % RIPENCC resource: whois.ripe.net

            % This is the RIPE Database query service.

            inetnum:        192.0.2.0 - 192.0.2.255
            netname:        EXAMPLE
            """
        #expect(try parse(text, from: .lacnic).get()?.facts.name == "EXAMPLE")
    }

    @Test(arguments: [
        "%ERROR:101: no entries found\n%\n% No entries found in source RIPE.\n",
        "\n\nNo match found for n + 192.0.2.55.\n",
        "% Unallocated resource: 192.0.2.55\n", "No match for \"192.0.2.55\".\r\n",
        "% LACNIC resource: whois.lacnic.net\n\n% Unallocated and unassigned in LACNIC block: 192.0.2.0/24\n\n% whois.lacnic.net accepts only direct match queries.\n",
        "%error 230 No objects found\n", "\nNo match!!\n", "[ JPNIC database ]\n\nNo match!!\n",
        "% reserved: 192.0.2.0/24\n",
    ])
    func `a server that knows no network says so`(text: String) throws {
        #expect(try parse(text).get() == nil)
    }

    @Test(
        arguments: [
            (
                "%ERROR:201: access denied for 198.51.100.1\n%\n% Sorry, access from your host has been temporarily\n",
                .rateLimited
            ),
            ("%ERROR:202: access control limit reached\n", .rateLimited),
            ("% Query rate limit exceeded\n", .rateLimited),
            ("Query rate limit exceeded\r\n", .rateLimited), ("#\n# Query rate limit exceeded.\n#\n", .rateLimited),
            ("Error: Rate Limit Exceeded\n", .rateLimited), ("% Too many queries from your address\n", .rateLimited),
            (
                "% Query rate limit exceeded. Reduced information.\n\ninetnum: 192.0.2/24\nstatus: allocated\n",
                .rateLimited
            ),
            ("%ERROR:306: connections exceeded\n%\n% Number of connections from a single IP address\n", .rateLimited),
            ("% Brazilian resource: whois.registro.br\n\n% Permission denied.\n", .rateLimited),
            ("% Permissão negada.\n", .rateLimited),
            ("% Maximum concurrent connections limit exceeded\n", .rateLimited),
            ("%ERROR:201: access control limit reached for 198.51.100.1\n", .rateLimited),
            (
                "% Sorry, access from your host has been permanently denied\n% because of a repeated abusive behaviour.\n",
                .rateLimited
            ),
            ("Excessive querying, grace period of 60 seconds\n", .rateLimited),
            (
                "% The WHOIS is temporary unable to query ARIN for the requested resource. Please try again later.\n",
                .unreachable
            ),
            ("%ERROR:305: connection has been closed\n", .unreachable), ("Database is unavailable\n", .unreachable),
            ("%% Maintenance in progress, please try later\n", .unreachable),
            ("%error 240 Server busy\n", .unreachable),
            ("%ERROR:11: unable to contact database\n", .unreachable), ("Connection refused\n", .unreachable),
            ("% IP address exceeded the query limit\n", .rateLimited), ("% Daily quota reached\n", .rateLimited),
            ("You have been banned for abuse.\n", .rateLimited),
            ("%ERROR:302: referral timeout\n", .unreachable),
            ("Unable to service request due to high volume\n", .unreachable), ("% An error occured\n", .unreachable),
            ("The IPv4 address is not managed by KRNIC.\n", .registeredElsewhere),
            ("<html><h1>Not Found</h1></html>", .malformed),
            ("error 501\n", .unreachable), ("%ERROR:100: internal software error\n", .unreachable),
            ("", .malformed), ("\n\n\n", .malformed), ("<html><h1>busy</h1></html>", .malformed),
            ("%ERROR:115: invalid key", .malformed),
            ("\u{0}\u{1}\u{2}", .malformed), ("person: A\n", .malformed), ("inetnum:\n", .malformed),
            ("inetnum: all of it\n", .malformed),
            ("inetnum: 192.0.3.0 - 192.0.3.255\n", .malformed), ("inetnum: 192.0.2.255 - 192.0.2.0\n", .malformed),
            ("inet6num: ::/0\n", .malformed), ("ReferralServer: whois://whois.apnic.net\n", .malformed),
            (
                "inetnum: 192.0.0.0 - 192.0.255.255\nnetname: NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK\nstatus: ALLOCATED UNSPECIFIED\n",
                .registeredElsewhere
            ),
            (
                "NetRange: 192.0.2.0 - 192.0.2.255\nNetName: RIPE-ERX\nNetType: Early Registrations, Transferred to RIPE NCC\n",
                .registeredElsewhere
            ),
        ] as [(String, LookupError.Code)])
    func `a refusal, a failure and nonsense differ`(text: String, expected: LookupError.Code) {
        #expect(errorCode(parse(text)) == expected)
    }

    @Test(arguments: ["W-OK # c", "W-OK#c", "W-OK\t# c # d", "W-OK"])
    func `a comment behind a name is none of it`(name: String) throws {
        #expect(try facts("inetnum: 192.0.2.0/24\nnetname: \(name)\n").name == "W-OK")
    }

    @Test(arguments: [
        (
            "refer: whois.apnic.net\n\ninetnum: 192.0.0.0 - 192.255.255.255\norganisation: APNIC\nstatus: ALLOCATED\n\nwhois: whois.apnic.net\n\nsource: IANA\n",
            Registry.apnic
        ),
        ("inetnum: 192.0.2.0/24\n\nrefer: whois.lacnic.net\n", .lacnic),
        (
            "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: STUB-192-0-2SLASH24\ndescr: Transferred to the APNIC region\ncountry: ZZ\nstatus: ALLOCATED PORTABLE\n",
            .apnic
        ),
        (
            "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: STUB-X\ndescr: Transferred to the AfriNIC region\ncountry: ZZ\nstatus: ASSIGNED PORTABLE\n",
            .afrinic
        ),
        ("inetnum: 0.0.0.0 - 255.255.255.255\nnetname: IANA-BLOCK\ncountry: AU\nstatus: ASSIGNED PA\n", .arin),
        ("inetnum: 0.0.0.0 - 255.255.255.255\nnetname: WHATEVER\ncountry: AU\n", .arin),
        ("NetRange: 192.0.0.0 - 192.255.255.255\nNetName: NET192\nNetType: Allocated to AFRINIC\n", .afrinic),
        (
            "NetRange: 192.0.2.0 - 192.0.2.255\nNetName: X\nNetType: Early Registrations, Transferred to LACNIC\n\nOrgName: L\nReferralServer: whois://whois.lacnic.net\n",
            .lacnic
        ),
        (
            "NetRange: 192.0.2.0 - 192.0.2.255\nNetName: X\nNetType: Early Registrations, Maintained by APNIC\n\nResourceLink: https://wq.apnic.net/whois-search/static/search.html\nResourceLink: whois.apnic.net\n",
            .apnic
        ),
        (
            "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: IANA-NETBLOCK-192\ndescr: This network range is not allocated to APNIC\nstatus: ALLOCATED PORTABLE\n",
            .apnic
        ),
        (
            "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: N\ndescr: not allocated to APNIC\nstatus: ALLOCATED PORTABLE\n",
            .apnic
        ),
    ])
    func `what only says that another one knows is no network, and tells whom to ask`(
        text: String, registry: Registry
    ) {
        let reading = WHOISParser.read(Array(text.utf8), from: .ripencc, for: address)
        #expect(errorCode(reading.result) == .registeredElsewhere)
        #expect(reading.referral == registry)
    }

    @Test func `nobody takes his own network out of the lists by such words`() throws {
        let facts = try facts(
            "inetnum: 192.0.2.0/24\nnetname: STUB-192\ndescr: transferred to APNIC\ncountry: RU\nstatus: ASSIGNED PA\n")
        #expect(facts.name == "STUB-192")
        #expect(facts.country == "RU")
        let countryless = try self.facts("inetnum: 192.0.2.0/24\nnetname: N\ncountry: ZZ\nstatus: ASSIGNED PA\n")
        #expect(countryless.country == nil, "ZZ is no country")
        let lir = try self.facts(
            "inetnum: 192.0.2.0/24\nnetname: N\ndescr: not allocated to you\ncountry: RU\nstatus: ALLOCATED PA\n")
        #expect(lir.name == "N")
    }

    @Test(arguments: ["ASSIGNED PA", "ASSIGNED PORTABLE", "LEGACY", "ALLOCATED PORTABLE", "DIRECT ALLOCATION"])
    func `a network as large as a registry's block holds for its client alone`(status: String) throws {
        let text = "inetnum: 192.0.0.0 - 192.255.255.255\nnetname: BIG\ncountry: US\nstatus: \(status)\n"
        let answer = try #require(try parse(text).get())
        #expect(!answer.isLeaf)
        #expect(Reach.network(answer, around: address) == IPPrefix("192.0.2.0/24"))
    }

    @Test func `a referral beside a network of somebody is told, and the network is known`() throws {
        let text = "NetRange: 192.0.2.0 - 192.0.2.255\nNetName: N\nNetType: Direct Allocation\n\nOrgName: O\n"
        let reading = WHOISParser.read(
            Array((text + "ReferralServer: whois://whois.ripe.net:43\n").utf8), from: .arin, for: address)
        #expect(try reading.result.get()?.facts.name == "N")
        #expect(reading.referral == .ripencc)
        for other in [
            "rwhois://rwhois.ripe.net:4321", "whois://whois.arin.net", "whois://127.0.0.1", "whois://x@whois.ripe.net",
            "whois://whois.ripe.net.example/",
        ] {
            let text = text + "ReferralServer: \(other)\n"
            #expect(WHOISParser.read(Array(text.utf8), from: .arin, for: address).referral == nil)
        }
    }

    @Test func `a remark of the network's owner is no refusal`() throws {
        let words = "query rate limit exceeded, error 501, no entries found, access denied"
        let facts = try facts(
            "inetnum: 192.0.2.0/24\nnetname: N\nremarks: \(words)\n + \(words)\ndescr: %ERROR:201: x\n")
        #expect(facts.name == "N")
    }

    @Test func `size, length and number are bounded`() throws {
        let tooMuch = [UInt8](repeating: 0x0A, count: WHOISParser.maxBytes + 1)
        #expect(errorCode(WHOISParser.parse(tooMuch, from: .arin, for: address)) == .malformed)
        let long = String(repeating: "x", count: 200_000)
        #expect(try facts("inetnum: 192.0.2.0/24\nnetname: \(long)\n").name?.count == ForeignText.maxLength)
        #expect(
            try facts("inetnum: 192.0.2.0/24\nnetname: y\n\(String(repeating: " xxxxxxxx\n", count: 20_000))").name
                != nil)
        let many = (0..<15_000).map { "mnt-by: M\($0)\n" }.joined()
        #expect(try facts("inetnum: 192.0.2.0/24\n" + many).entities.count == 15_000, "all of them are judged")
        let ranges = String(repeating: "inet6num: ::1 - ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe\n\n", count: 4_000)
        #expect(try facts(ranges + "inetnum: 192.0.2.0/24\n").cidr == "192.0.2.0/24")
        let line = String(repeating: "inetnum:", count: 30_000)
        #expect(errorCode(parse(line)) == .malformed)
    }

    @Test func `so is what the server says beside the networks`() throws {
        let text = WHOISText(Array(String(repeating: "% \(String(repeating: "x", count: 2_000))\n", count: 1_000).utf8))
        #expect(text.remarks.count == WHOISText.maxRemarks)
        #expect(text.remarks.allSatisfy { $0.count == ForeignText.maxLength })
        #expect(
            try facts("inetnum: 192.0.2.0/24\n\n" + String(repeating: "% a\n", count: 60_000)).cidr == "192.0.2.0/24")
    }
}
