import AuditCore
import Testing

@testable import Whois

@Suite struct RDAPParserTests {
    private let address = IPAddress(v4: 0xC000_0237)  // 192.0.2.55
    private let range = #""objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.255""#

    private func parse(_ text: String, from registry: Registry? = nil) -> Result<NetworkAnswer?, LookupError> {
        RDAPParser.parse(Array(text.utf8), for: address, from: registry)
    }

    private func network(_ members: String) throws -> NetworkAnswer {
        try #require(try parse("{\(range),\(members)}").get())
    }

    @Test func `every member may be missing`() throws {
        let only = try parse(#"{"objectClassName":"ip network","name":"N"}"#).get()
        #expect(only == NetworkAnswer(facts: NetworkFacts(name: "N")))
        let answer = try parse("{\(range)}", from: .apnic).get()
        #expect(answer?.facts == NetworkFacts(cidr: "192.0.2.0/24"))
        #expect(answer?.registry == .apnic)
    }

    @Test func `members of the wrong type are as good as missing`() throws {
        for value in ["null", "1", "true", "[]", "{}", #""""#, #""  ""#, "[[[]]]", "-1e3"] {
            let names = [
                "handle", "name", "country", "type", "entities", "notices", "port43", "parentHandle", "cidr0_cidrs",
            ]
            let answer = try network(names.map { "\"\($0)\":\(value)" }.joined(separator: ","))
            #expect(answer.facts == NetworkFacts(cidr: "192.0.2.0/24"))
            #expect(answer.registry == nil && !answer.isLeaf)
        }
    }

    @Test func `a range the wrong way round leaves the rest standing`() throws {
        let text = #"{"objectClassName":"ip network","name":"N","startAddress":"192.0.2.255","endAddress":"192.0.2.0"}"#
        let answer = try parse(text).get()
        #expect(answer?.facts == NetworkFacts(name: "N"))
        #expect(answer?.blocks == [])
    }

    @Test func `CIDR blocks stand in for a missing range`() throws {
        let cidrs = #"[{"v4prefix":"192.0.2.0","length":26},{"v6prefix":"2001:db8::","length":32},{"length":8},null]"#
        let answer = try parse(#"{"cidr0_cidrs":\#(cidrs)}"#).get()
        #expect(answer?.facts.cidr == "192.0.2.0/26, 2001:db8::/32")
        #expect(errorCode(parse(#"{"cidr0_cidrs":[{"v4prefix":"192.0.2.64","length":26}]}"#)) == .malformed)
    }

    @Test(arguments: [
        #"{"v4prefix":"192.0.2.0","v6prefix":null,"length":26}"#, #"{"v4prefix":"192.0.2.0","length":26.0}"#,
        #"{"v4prefix":" 192.0.2.0","length":"26"}"#, #"{"v4prefix":"192.0.2.0","length":" 26 "}"#,
        #"{"v4prefix":"","v6prefix":"2001:db8::","length":32},{"v4prefix":"192.0.2.0","length":2.6e1}"#,
        #"{"v4prefix":7,"v6prefix":"192.0.2.0","length":26}"#,
    ])
    func `a block is read whatever stands in for its members`(blocks: String) throws {
        let answer = try parse(#"{"name":"N","cidr0_cidrs":[\#(blocks)]}"#).get()
        #expect(answer?.facts.cidr?.hasSuffix("192.0.2.0/26") == true)
        #expect(
            errorCode(parse(#"{"cidr0_cidrs":[\#(blocks.replacing("192.0.2.", with: "192.0.3."))]}"#)) == .malformed)
    }

    @Test(arguments: [#"26.5"#, #""x""#, "null", "129", "-1", "1e400", "true"])
    func `a length that is none leaves its block out`(length: String) throws {
        let answer = try parse(#"{"name":"N","cidr0_cidrs":[{"v4prefix":"192.0.2.0","length":\#(length)}]}"#).get()
        #expect(answer?.facts == NetworkFacts(name: "N"))
    }

    @Test(arguments: [
        String(repeating: "9", count: 400), "-" + String(repeating: "9", count: 400), "1e999", "-1E+999",
        #""\ud800""#, #""\udc00\ud800x""#, #""\ud800\u0041""#, "NaN", "[-Infinity,Infinity]",
    ])
    func `what cannot be held in a member that is not looked at spoils nothing`(value: String) throws {
        let answer = try network(#""name":"N","remarks":[{"a":\#(value)}],"x":\#(value)"#)
        #expect(answer.facts == NetworkFacts(name: "N", cidr: "192.0.2.0/24"))
    }

    @Test(arguments: [
        (
            #""startAddress":"0.0.0.0","endAddress":"255.255.255.255","name":"IANA-BLOCK","type":"ALLOCATED PORTABLE","country":"AU""#,
            Registry.arin
        ),
        (
            #""startAddress":"0.0.0.0","endAddress":"255.255.255.255","name":"X","type":"ASSIGNED PA","country":"AU""#,
            .arin
        ),
        (#""startAddress":"0.0.0.0","endAddress":"255.255.255.255""#, .arin),
        (#""cidr0_cidrs":[{"v4prefix":"128.0.0.0","length":1}],"name":"X""#, .arin),
        (
            #""startAddress":"192.0.0.0","endAddress":"192.255.255.255","name":"X","type":"ALLOCATED UNSPECIFIED","country":"EU""#,
            .arin
        ),
        (#""startAddress":"192.0.0.0","endAddress":"192.255.255.255","name":"IANA-NETBLOCK-192","type":null"#, .arin),
        (
            #""startAddress":"192.0.2.0","endAddress":"192.0.2.255","name":"STUB-1","type":"ALLOCATED PORTABLE","country":"ZZ","remarks":[{"description":["Transferred to the RIPE region"]}]"#,
            .ripencc
        ),
        (
            #""startAddress":"192.0.2.0","endAddress":"192.0.2.255","name":"X","type":"ALLOCATED PORTABLE","country":"zz""#,
            .arin
        ),
        (
            #""startAddress":"192.0.2.0","endAddress":"192.0.2.255","name":"STUB-1","country":"ZZ","links":[{"rel":"self","href":"https://rdap.apnic.net/ip/192.0.2.1"},{"rel":"related","href":"https://rdap.lacnic.net/rdap/ip/192.0.2.1"}]"#,
            .lacnic
        ),
        (
            #""startAddress":"192.0.2.0","endAddress":"192.0.2.255","links":[{"rel":"related","href":"https://rdap.afrinic.net/rdap/"}]"#,
            .afrinic
        ),
    ])
    func `what stands for space of others is no network, and tells whom to ask`(members: String, registry: Registry) {
        let text = #"{"objectClassName":"ip network","port43":"whois.apnic.net",\#(members)}"#
        let reading = RDAPParser.read(Array(text.utf8), for: address)
        #expect(errorCode(reading.result) == .registeredElsewhere)
        #expect(reading.referral == registry)
    }

    @Test func `an IPv6 answer for all addresses, or a registry's own block, is no network`() throws {
        let address = try #require(IPAddress("2a00:1::5"))
        for (range, type, isNetwork) in [
            ("::/0", "ASSIGNED", false), ("2000::/3", "ALLOCATED-BY-RIR", false),
            ("2a00::/12", "ALLOCATED-BY-RIR", false),
            ("2a00::/16", "ALLOCATED-BY-RIR", true), ("2a00::/12", "DIRECT ALLOCATION", true),
        ] {
            let parts = range.split(separator: "/")
            let text = """
                {"objectClassName":"ip network","name":"N","type":"\(type)",
                 "cidr0_cidrs":[{"v6prefix":"\(parts[0])","length":\(parts[1])}]}
                """
            let result = RDAPParser.parse(Array(text.utf8), for: address)
            #expect(errorCode(result) == (isNetwork ? nil : .registeredElsewhere))
        }
    }

    @Test func `only a related link to another registry leads on`() throws {
        for (link, registry) in [
            (#"{"rel":"related","href":"https://rdap.db.ripe.net/ip/192.0.2.1"}"#, Registry.ripencc),
            (#"{"rel":"alternate","href":"https://rdap.db.ripe.net/"}"#, nil),
            (#"{"rel":"related","href":"https://127.0.0.1/ip/192.0.2.1"}"#, nil),
            (#"{"rel":"related","href":"https://rdap.arin.net/"}"#, nil), (#"{"rel":"related","href":null}"#, nil),
            (#"{"rel":7}"#, nil), ("null", nil),
        ] {
            let reading = RDAPParser.read(
                Array(#"{\#(range),"name":"N","links":[\#(link)]}"#.utf8), for: address, from: .arin)
            #expect(try reading.result.get()?.facts.name == "N")
            #expect(reading.referral == registry)
        }
    }

    @Test func `handles are trimmed, each counts once, and what has none spoils nothing`() throws {
        let answer = try network(
            #"""
            "entities":[{"handle":" A-1 "},{},{"handle":null},{"handle":7},null,"x",[],{"handle":""},{"handle":"B","vcardArray":[],
            "entities":[{"handle":"NESTED"}]},{"handle":"A-1"},{"handle":"a-1"}]
            """#)
        #expect(answer.facts.entities == ["A-1", "B", "a-1"])
    }

    @Test func `a country is upper-cased, and its comment dropped`() throws {
        #expect(try network(#""country":" de""#).facts.country == "DE")
        #expect(try network(#""country":"EU # Country is really world wide""#).facts.country == "EU")
        #expect(try network(#""country":"Germany""#).facts.country == nil)
    }

    @Test func `the object's own server counts more than the one asked first`() throws {
        let answer = try parse(#"{\#(range),"port43":"whois.ripe.net"}"#, from: .arin).get()
        #expect(answer?.registry == .ripencc)
    }

    @Test(
        arguments: [
            (#"{"errorCode":404,"title":"Not Found","description":["no object"]}"#, nil),
            (#"{"errorCode":"404"}"#, nil), (#"{"errorCode":429}"#, .rateLimited),
            (#"{"errorCode":503}"#, .rateLimited),
            (#"{"errorCode":400}"#, .malformed), (#"{"errorCode":403}"#, .unreachable),
            (#"{"errorCode":500}"#, .unreachable),
            (#"{"errorCode":501,"name":"N"}"#, .unreachable),
        ] as [(String, LookupError.Code?)])
    func `an error object is no network`(text: String, expected: LookupError.Code?) throws {
        let result = parse(text)
        #expect(errorCode(result) == expected)
        if expected == nil { #expect(try result.get() == nil) }
    }

    @Test(arguments: [
        (#"[{"title":"Terms"},{"title":"Rate Limit Notice"}]"#, true), (#"{"title":" rate limit notice "}"#, true),
        (#"[{"title":"Rate Limit Notices"},{"description":["Rate Limit Notice"]},null,1]"#, false),
    ])
    func `a notice of that title says that we ask too much`(notices: String, isRateLimited: Bool) {
        #expect(errorCode(parse(#"{\#(range),"notices":\#(notices)}"#)) == (isRateLimited ? .rateLimited : nil))
    }

    @Test func `placeholders for space of others are no answer`() {
        let members = #""name":"NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK","type":"ALLOCATED UNSPECIFIED""#
        #expect(errorCode(parse("{\(range),\(members)}")) == .registeredElsewhere)
    }

    @Test(arguments: [
        "", " ", "null", "[]", "[{}]", "\"x\"", "1", "{", "{}", "{}{}", #"{"name":"N"}"#,
        #"{"objectClassName":"ip network"}"#,
        #"{"objectClassName":"entity","handle":"H"}"#,
        #"{"objectClassName":"ip network","startAddress":"192.0.3.0","endAddress":"192.0.3.255"}"#,
        #"{"objectClassName":"ip network","startAddress":"::","endAddress":"ffff::"}"#, "<html>busy</html>",
        #"{"a":"\ud800"}"#,
        "{\"a\":\"\u{1}\"}", "\u{0}", #"{"a":1e999}"#,
    ])
    func `what is no network of the address is malformed`(text: String) {
        #expect(errorCode(parse(text)) == .malformed)
    }

    @Test func `a byte order mark is skipped, and Latin-1 is read`() throws {
        let text = Array("\u{FEFF}{\(range),\"name\":\"M".utf8) + [0xDC] + Array("NCHEN\"}".utf8)
        #expect(try RDAPParser.parse(text, for: address).get()?.facts.name == "MÜNCHEN")
        let utf8 = Array("{\(range),\"name\":\"MÜNCHEN\"}".utf8)
        #expect(try RDAPParser.parse(utf8, for: address).get()?.facts.name == "MÜNCHEN")
        #expect(errorCode(RDAPParser.parse([0xFF, 0xFE] + Array("{}".utf8), for: address)) == .malformed)
    }

    @Test func `depth, size, number and length are bounded`() throws {
        let deep = String(repeating: "[", count: 200_000)
        #expect(errorCode(parse(#"{"a":\#(deep)"#)) == .malformed)
        #expect(errorCode(parse(#"{"entities":"# + String(repeating: #"[{"entities":"#, count: 50_000))) == .malformed)
        #expect(
            errorCode(RDAPParser.parse(Array(repeating: 0x20, count: RDAPParser.maxBytes + 1), for: address))
                == .malformed)

        let handles = (0..<20_000).map { #"{"handle":"H\#($0)"}"# }.joined(separator: ",")
        #expect(try network(#""entities":[\#(handles)]"#).facts.entities.count == 20_000, "all of them are judged")
        let long = String(repeating: "é", count: 100_000)
        #expect(try network(#""name":"\#(long)""#).facts.name?.unicodeScalars.count == ForeignText.maxLength)
        let wide = (0..<80_000).map { #""m\#($0)":0"# }.joined(separator: ",")
        #expect(try network(wide).facts.cidr == "192.0.2.0/24")
    }

    @Test func `nothing a server sends in excess reaches an error's public text`() {
        guard case .failure(let error) = parse(#"{"secret-looking":"#) else { return #expect(Bool(false)) }
        #expect(error.description == "lookup failed: malformed answer")
        #expect(!error.detail.contains("secret"))
    }
}
