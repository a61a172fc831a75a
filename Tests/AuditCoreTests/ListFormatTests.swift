import TestKit
import AuditCore
import AuditCoreTesting
import Testing

/// Lists in the forms in which they are downloaded.
struct ListFormatTests {
    private func inspect(_ kind: DenyListKind, _ text: String) -> ListInspection {
        ListInspection(DenyListFile(name: "l", text: text), as: kind, engine: LiteralPatternEngine())
    }

    @Test(
        arguments: [
            (
                "; Spamhaus DROP List 2026/11/27\n; Expires: …\n1.10.16.0/20 ; SBL256894\n1.19.0.0/16 ; SBL434604\n", 2,
                nil
            ),
            (
                #"{"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"}"# + "\n"
                    + #"{"cidr":"2a06:5280::/29","sblid":"SBL1","rir":"ripencc"}"# + "\n"
                    + #"{"type":"metadata","timestamp":1764201600,"size":99,"records":2,"copyright":"(c) [x]"}"# + "\n",
                2, "JSON"
            ),
            ("#\n# firehol_level1\n#\n# Category        : reputation\n#\n0.0.0.0/8\n1.10.16.0/20\n", 2, nil),
            (
                "# DShield.org Recommended Block List\n#\nStart\tEnd\tNetmask\tAttacks\tName\tCountry\temail\n"
                    + "62.1.1.0\t62.1.1.255\t24\t2811\tEX\tXX\tx@example.org\n", 1,
                "a table, of which what lies from start to end is read"
            ),
            (
                #"""
                {
                  "syncToken": "1764201600", "createDate": "2026-11-27-00-00-00",
                  "prefixes": [
                    {"ip_prefix": "3.5.140.0/22", "region": "ap-northeast-2", "service": "AMAZON", "network_border_group": "x"},
                    {"ip_prefix": "13.34.37.64/27", "region": "ap-southeast-4", "service": "AMAZON"}
                  ],
                  "ipv6_prefixes": [ {"ipv6_prefix": "2600:1ff2:4000::/40", "region": "us-west-2"} ]
                }
                """#, 3, "JSON"
            ),
            (
                #"{"syncToken":"1","prefixes":[{"ipv6Prefix":"2600:1900:8000::/44"},{"ipv4Prefix":"34.1.208.0\/20","scope":"x"}]}"#,
                2, "JSON"
            ),
            (
                #"{"values":[{"name":"A","properties":{"region":"","addressPrefixes":["4.145.74.52/30","2603::/25"]}}]}"#,
                2, "JSON"
            ),
            (#"["192.0.2.0/24", "198.51.100.1"]"#, 2, "JSON"), ("2.16.20.0/23\n2.16.154.0/24\n", 2, nil),
            (
                "ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\nPublished 2026-11-27 01:02:03\n"
                    + "LastStatus 2026-11-27 02:00:00\nExitAddress 162.247.74.201 2026-11-27 02:08:34\n", 1,
                "Tor's list of exits"
            ),
            (
                "network,geoname_id,is_proxy\n1.0.0.0/24,2077456,0\n\"1.0.1.0/24\",1814991,0\n", 2,
                "a table, of which the column network is read"
            ),
            ("first_seen;ip;note\n2026-11-27;62.1.1.9;\"a; b\"\n", 1, "a table, of which the column ip is read"),
            (
                "################\n# \"first_seen_utc\",\"dst_ip\",\"dst_port\"\n\"2026-11-27 01:00:00\",\"62.1.1.9\",\"443\"\n",
                1,
                "a table, of which the column dst_ip is read"
            ),
            (
                "start_ip,end_ip,country\n62.1.1.0,62.1.1.255,XX\n62.1.2.0,62.1.2.255,XX\n", 2,
                "a table, of which what lies from start_ip to end_ip is read"
            ),
            ("ip\n62.1.1.9\n", 1, "a table, of which the column ip is read"),
            ("\u{FEFF}cidr\r\n62.1.1.0/24\r\n", 1, "a table, of which the column cidr is read"),
        ] as [(String, Int, String?)])
    func `networks are read from what others offer`(text: String, entries: Int, format: String?) {
        let inspection = inspect(.ipNetworks, text)
        #expect(inspection.problems.isEmpty, "\(inspection.problems)")
        #expect(inspection.entries == entries)
        #expect(inspection.format == format)
    }

    @Test(
        arguments: [
            (
                .asNumbers,
                #"{"asn":64496,"rir":"ripencc","domain":"x","cc":"XX","asname":"X"}"# + "\n" + #"{"type":"metadata"}"#,
                1
            ),
            (.asNumbers, "asn,entity\n64496,Example\nAS64497,\"Example, Inc\"\n", 2),
            (.asNumbers, "AS64496,Example\n64497\n1.10\n", 3),
            (.networkCountry, "country_code,country\nRU,Russia\nBY,Belarus\n", 2), (.asCountry, "cc\nRU\n", 2),
            (.geoLocationIDs, "geoname_id,city_name\n550478,Khasavyurt\n", 1),
        ] as [(DenyListKind, String, Int)])
    func `other literals are read from tables and JSON, too`(kind: DenyListKind, text: String, entries: Int) {
        let inspection = inspect(kind, text)
        #expect(inspection.problems.isEmpty && inspection.entries == entries, "\(inspection)")
    }

    @Test(
        arguments: [
            (#"{"prefixes":[{"ip_prefix":"3.5.140.0/22"},"#, "the JSON ends in the middle: was it loaded whole?"),
            (#"{"prefixes":[{"ip_prefix":"3.5.1"#, "the JSON ends in the middle: was it loaded whole?"),
            (#"{"prefixes":[{"ip_prefix":"3.5.140.0/22"}]]"#, "no JSON: a bracket is closed that was not opened"),
            (#"{"error":"rate limited"}"#, "no entry in this JSON: members with such entries are not known in it"),
            (#"{"ip_prefix":"nonsense"}"#, #""nonsense" is no address and no network"#),
            (#"{"ip_prefix":null}"#, "no entry in this JSON: members with such entries are not known in it"),
            ("network,x\n", "no entry in a table, of which the column network is read"),
            ("ExitNode AA\n", "no entry in Tor's list of exits"),
            ("x,network\n1\n", "the row has no cell in the column network"),
            (String(repeating: "[", count: 100_000), "JSON nested too deep"),
            ("[192.0.2.1]", #"no JSON: "192.0.2.1" stands without quotes"#),
            ("[2001:db8::1]/64", #"no JSON: "db8" stands without quotes"#),
            (#"["192.0.2.0/24"]/64"#, #"no JSON: "/64" stands without quotes"#),
            ("[default]", #"no JSON: "default" stands without quotes"#),
            (#"{"cidr":"192.0.2.0/24"} <html>"#, #"no JSON: "<html>" stands without quotes"#),
        ])
    func `a download that went wrong is a problem, never an empty list`(text: String, reason: String) {
        let problems = inspect(.ipNetworks, text).problems
        #expect(problems.map(\.reason) == [reason])
    }

    @Test func `an entry in JSON has the line it stands on`() {
        let inspection = inspect(.ipNetworks, "{\n\"a\": 1,\n\"cidr\":\n \"bad\"\n}\n{\"cidr\": \"worse\"}")
        #expect(inspection.problems.map(\.line) == [4, 6])
    }

    @Test func `whatever bytes come, reading ends, and what is an entry stands in the file`() {
        var numbers = SeededNumbers(5)
        let pieces = [
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\n", "\r", "cidr", "192.0.2.0/24", "-", "/", "255.255.255.0",
            "#", ";", "\t", " ",
            "ExitAddress", "network", "1", "\u{FEFF}", "::", "ip", "–", "AS1",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...20, using: &numbers)).map { _ in
                pieces.randomElement(using: &numbers) ?? ""
            }
            for kind in DenyListKind.allCases {
                let inspection = inspect(kind, text.joined())
                #expect(inspection.entries <= text.count)
            }
        }
    }

    // MARK: Statistics

    @Test func `lines that others make useless are named with those others`() {
        let text =
            "62.1.0.0/16\n62.1.2.0/24\n62.2.3.0/24\n62.2.0.0/16\n62.1.0.0/16 again\n2a00::/16\n2a00:1::1\n9.9.9.9\n"
        let inspection = inspect(.ipNetworks, text)
        #expect(inspection.entries == 8)
        #expect(inspection.useless.map { [$0.line, $0.earlier] } == [[2, 1], [5, 1], [7, 6]])
        #expect(inspection.overlaps.map { [$0.line, $0.earlier] } == [[4, 3]])
        #expect(inspection.useless.first?.reason == "62.1.2.0/24 lies in 62.1.0.0/16")
        let patterns = inspect(.networkName, "VPN-NET\nOTHER\nVPN-NET\n")
        #expect(patterns.useless.map { [$0.line, $0.earlier] } == [[3, 1]])
        #expect(inspect(.asNumbers, "AS1\n2\nas1 x\n").useless.map { [$0.line, $0.earlier] } == [[3, 1]])
    }

    @Test(
        arguments: [
            ("192.0.2.0/24\n# x\n2001:db8::/32\n", .ipNetworks), ("AS64496\nAS64497 x\n", .asNumbers),
            ("RU\nBY\n", .networkCountry),
            ("43.3,46.6,50,1\n", .coordinates), (#".*\.example\.com"#, .reverseHostname), (".*VPN.*\n", .networkName),
            ("VKCOMPANY-MNT\nORG-A-RIPE\n", .entities), ("# nothing\n", nil),
            ("{\"cidr\":\"1.2.3.0/24\"}", .ipNetworks),
            (
                "{\n \"prefixes\": [\n  {\n   \"ip_prefix\": \"3.5.140.0/22\",\n   \"region\": \"x\"\n  }\n ]\n}\n",
                .ipNetworks
            ),
            ("{\"cidr\":\"1.10.16.0/20\",\"rir\":\"apnic\"}\n{\"type\":\"metadata\",\"size\":1}\n", .ipNetworks),
            ("{\"asn\":64496,\"cc\":\"RU\"}\n{\"type\":\"metadata\"}\n", .asNumbers),
            ("asn,entity\n64496,\"X, Y\"\n", .asNumbers),
            ("ExitNode AA\nPublished 2026-11-27\nExitAddress 162.247.74.201 2026-11-27\n", .ipNetworks),
            ("# x\nStart\tEnd\tNetmask\n62.1.1.0\t62.1.1.255\t24\n", .ipNetworks),
            ("name,alpha-2\nRussia,RU\n", .networkCountry),
            ("ipAddress,score\n62.1.1.1,100\n", .ipNetworks), ("[a-z]+[.]example", .networkName),
        ] as [(String, DenyListKind?)])
    func `a file without a name in the settings is taken for what its lines look like`(
        text: String, kind: DenyListKind?
    ) {
        #expect(
            ListInspection.likelyKind(of: DenyListFile(name: "l", text: text), engine: LiteralPatternEngine()) == kind)
    }
}
