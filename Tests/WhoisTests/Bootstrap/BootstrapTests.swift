import AuditCore
import Testing

@testable import Whois

@Suite struct BootstrapTests {
    private static let v4 = """
        {"version":"1.0","publication":"2024-05-05T00:00:00Z","services":[
        [["192.0.0.0/8","2001:db8::/32","no prefix",7],["http://one.example/rdap","https://one.example/rdap"]],
        [["192.0.2.0/24"],["https://two.example/","ftp://x/","https://","http:///","https://bad host/","https://é/"]],
        [["198.0.0.0/8"],[]],[[],["https://nobody.example/"]],[["203.0.0.0/8"]],"x",null]}
        """
    private static let v6 =
        #"{"publication":"2023-01-01T00:00:00Z","services":[[["2001:db8::/32"],["https://six.example"]]]}"#

    private func parse(_ v4: String = v4, _ v6: String = v6) -> Result<Bootstrap, LookupError> {
        Bootstrap.parse(ipv4: Array(v4.utf8), ipv6: Array(v6.utf8))
    }

    @Test(arguments: [
        ("192.0.3.1", ["https://one.example/rdap/", "http://one.example/rdap/"]),
        ("192.0.2.1", ["https://two.example/"]),
        ("2001:db8::1", ["https://six.example/"]), ("198.1.1.1", []), ("203.1.1.1", []), ("::c000:201", []),
    ])
    func `the longest prefix tells where to ask, by https first`(text: String, urls: [String]) throws {
        #expect(try parse().get().baseURLs(for: #require(IPAddress(text))) == urls)
    }

    @Test func `the older of the two dates is told`() throws {
        #expect(try parse().get().publication == "2023-01-01T00:00:00Z")
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #"{"services":{}}"#,
        #"{"services":[[["10.0.0.0/8"],["gopher://x/"]]]}"#,
        #"{"services":[[["2001:db8::/32"],["https://x/"]]]}"#, "{", String(repeating: "[", count: 100_000),
    ])
    func `what has no usable service is refused`(text: String) {
        #expect(errorCode(parse(text)) == .malformed)
        #expect(errorCode(parse(Self.v4, text.replacing("2001:db8::/32", with: "10.0.0.0/8"))) == .malformed)
    }

    @Test func `a list of one family alone will do, none at all will not`() throws {
        let none = #"{"services":[]}"#
        #expect(
            try parse(Self.v4, none).get().baseURLs(for: #require(IPAddress("192.0.2.1"))) == ["https://two.example/"])
        #expect(try parse(none, Self.v6).get().baseURLs(for: #require(IPAddress("192.0.2.1"))).isEmpty)
        #expect(errorCode(parse(none, none)) == .malformed)
    }

    @Test func `a byte order mark is skipped`() throws {
        let list = try parse("\u{FEFF}" + Self.v4, "\u{FEFF}" + Self.v6).get()
        #expect(list.publication == "2023-01-01T00:00:00Z")
    }

    @Test(arguments: [
        ("<html>", "a.json:1:1: value expected"), ("{\n  \"services\": [,]}", "a.json:2:16: value expected"),
        ("{}", "a.json:1:1: services: an array is expected"), ("[", "a.json:1:2: value expected"),
        (#"{"services":[[["10.0.0.0/8"],["gopher://x/"]]]}"#, "a.json:1:1: services: none is usable"),
    ])
    func `what is wrong is named with its place`(text: String, problem: String) {
        let result = Bootstrap.parse(ipv4: Array(text.utf8), ipv6: Array(Self.v6.utf8), names: ("a.json", "b.json"))
        #expect(result.problem == problem)
        let other = Bootstrap.parse(ipv4: Array(Self.v6.utf8), ipv6: Array(text.utf8), names: ("b.json", "a.json"))
        #expect(other.problem?.hasPrefix("b.json") == true || other.problem == problem)
    }

    @Test func `files are bounded`() {
        #expect(errorCode(parse(Self.v4 + String(repeating: " ", count: Bootstrap.maxBytes))) == .malformed)
    }

    @Test(arguments: [
        ("https://x.example/", "192.0.2.1", "https://x.example/ip/192.0.2.1"),
        ("https://x.example/rdap", "2001:DB8:0::1", "https://x.example/rdap/ip/2001:db8::1"),
    ])
    func `a question is a URL`(base: String, address: String, url: String) throws {
        #expect(Bootstrap.rdapURL(base: base, address: try #require(IPAddress(address))) == url)
    }

    @Test func `the shipped copy names each unicast first octet but three once, and says of when it is`() {
        let known = (0...255).filter { !Bootstrap.shipped.baseURLs(for: IPAddress(v4: UInt32($0) << 24)).isEmpty }
        #expect(known == (1...223).filter { ![10, 127].contains($0) })
        #expect(Bootstrap.shipped.publication == "2025-10-10T00:00:00Z")
    }

    @Test(arguments: [
        ("1.1.1.1", Registry.apnic), ("8.8.8.8", .arin), ("193.0.6.139", .ripencc), ("200.3.14.10", .lacnic),
        ("196.216.2.6", .afrinic), ("154.0.0.1", .afrinic), ("191.255.0.1", .lacnic), ("223.255.255.1", .apnic),
        ("2001:500:4::1", .arin), ("2001:67c:2e8::1", .ripencc), ("2001:dc0::1", .apnic), ("2001:13c7::1", .lacnic),
        ("2001:43f8::1", .afrinic), ("2003:1::1", .ripencc), ("2410::1", .apnic), ("2620:1::1", .arin),
        ("2a10::1", .ripencc),
        ("2800::1", .lacnic), ("2c0f::1", .afrinic), ("2001::1", nil), ("2002::1", nil), ("fc00::1", nil),
        ("10.0.0.1", nil),
    ])
    func `the shipped copy knows who has which block`(text: String, registry: Registry?) throws {
        let base = Bootstrap.shipped.baseURLs(for: try #require(IPAddress(text))).first
        #expect(base.flatMap { Registry(baseURL: $0) } == registry)
    }
}

extension Result where Failure == LookupError {
    /// The detail of the error.
    fileprivate var problem: String? { if case .failure(let error) = self { error.detail } else { nil } }
}
