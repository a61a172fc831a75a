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
        #expect(try parse(#"{"objectClassName":"ip network"}"#).get() == NetworkAnswer(facts: NetworkFacts()))
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
            (#"{"errorCode":400}"#, .unreachable), (#"{"errorCode":501,"name":"N"}"#, .unreachable),
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
        #expect(try network(#""entities":[\#(handles)]"#).facts.entities.count == EntityHandles.maxCount)
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
