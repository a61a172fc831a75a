import AuditCore
import AuditCoreTesting
import Testing

@testable import LookupAnswers

struct StoredFormTests {
    private let now = Timestamp(milliseconds: 1_763_918_141_000)

    @Test func `what is kept is read as it was`() throws {
        let networks = [
            NetworkFacts(
                name: "N\"\\\u{1}ü", country: "DE", cidr: "192.0.2.0/25", handle: "H/1", entities: ["A", "ß"]),
            NetworkFacts(),
        ]
        for network in networks {
            let bytes = try #require(StoredForm.bytes(network, fetched: now))
            #expect(StoredForm.network(bytes, now: now)?.value == network)
            #expect(StoredForm.origin(bytes, now: now) == nil)
            #expect(StoredForm.negative(bytes, now: now) == nil)
        }
        let origins = [
            OriginFacts(asNumbers: [4_294_967_295, 0], prefix: "::/0", country: "ZZ", asName: "A, B"), OriginFacts(),
            OriginFacts(asNumbers: [1], asNameTrouble: LookupError(.timedOut, detail: "a moment ago")),
        ]
        for origin in origins {
            let bytes = try #require(StoredForm.bytes(origin, fetched: now))
            #expect(StoredForm.origin(bytes, now: now)?.value == origin)
            #expect(StoredForm.origin(bytes, now: now)?.fetched == now)
        }
        for negative in [Negative.absent, .timedOut, .unreachable, .malformed] {
            let bytes = try #require(StoredForm.bytes(negative, fetched: now))
            #expect(StoredForm.negative(bytes, now: now)?.value == negative)
        }
        #expect(StoredForm.asName(try #require(StoredForm.bytes(asName: "X", fetched: now)), now: now) == "X")
    }

    @Test func `what is too long is not kept`() {
        let name = String(repeating: "x", count: 600_000)
        #expect(StoredForm.bytes(NetworkFacts(name: name), fetched: now) == nil)
    }

    @Test(arguments: [
        "", "{", "null", "[]", "\"\"", "{}", #"{"v":1}"#, #"{"v":1,"fetched":1}"#, #"{"v":1,"fetched":1,"network":[]}"#,
        #"{"v":1,"fetched":1,"network":{}}"#, #"{"v":2,"fetched":1,"network":{"entities":[]}}"#,
        #"{"v":"1","fetched":1,"network":{"entities":[]}}"#, #"{"v":1,"fetched":-1,"network":{"entities":[]}}"#,
        #"{"v":1,"fetched":1.5,"network":{"entities":[]}}"#,
        #"{"v":1,"fetched":9223372036854775807,"network":{"entities":[]}}"#,
        #"{"v":1,"fetched":1763921742000,"network":{"entities":[]}}"#,
        #"{"v":1,"fetched":1,"network":{"entities":[7]}}"#,
        #"{"v":1,"fetched":1,"network":{"entities":[],"name":7}}"#, #"{"v":1,"fetched":1,"origin":{"as":[-1]}}"#,
        #"{"v":1,"fetched":1,"origin":{"as":[4294967296]}}"#, #"{"v":1,"fetched":1,"origin":{"as":["1"]}}"#,
        #"{"v":1,"fetched":1,"negative":"haha"}"#, #"{"v":1,"fetched":1,"network":{"entities":[[[[[]]]]]}}"#,
        #"{"v":1,"fetched":1,"network":{"entities":[]}} x"#, "\u{FEFF}{}",
    ])
    func `a value of foreign or broken form counts as none`(text: String) {
        let bytes = Array(text.utf8)
        #expect(StoredForm.network(bytes, now: now) == nil)
        #expect(StoredForm.origin(bytes, now: now) == nil)
        #expect(StoredForm.negative(bytes, now: now) == nil)
        #expect(StoredForm.asName(bytes, now: now) == nil)
    }

    @Test func `binary values count as none`() {
        for byte in UInt8.min...UInt8.max {
            #expect(StoredForm.network([UInt8](repeating: byte, count: 100), now: now) == nil)
        }
    }

    @Test(arguments: [
        ("198.18.5.7", "dw:net:4:c6120500:24", "dw:neg:net:4:c6120507:32"),
        (
            "2001:db9::1", "dw:net:6:20010db9000000000000000000000000:48",
            "dw:neg:net:6:20010db9000000000000000000000000:64"
        ),
    ])
    func `keys follow from the address and have no slash`(text: String, answer: String, negative: String) throws {
        let keys = CachedAnswers<NetworkKind>.Keys(try #require(IPAddress(text)))
        #expect(keys.all.contains(answer))
        #expect(keys.negative.first == negative)
        #expect(!keys.all.contains { $0.contains("/") })
        #expect(keys.all.count <= 16)
        #expect(CacheKeys.name(ofAS: 3320) == "dw:as:3320")
    }

    @Test func `old keys are the canonical prefixes that hold the address`() throws {
        let v4 = CacheKeys.old(around: try #require(IPAddress("139.162.133.252"))).map(\.key)
        #expect(v4.count == 25 && v4.first == "139.162.133.252/32" && v4.last == "139.0.0.0/8")
        #expect(v4.contains("139.162.128.0/19"))
        let v6 = CacheKeys.old(around: try #require(IPAddress("2a00:1450:4001:80b::200e"))).map(\.key)
        #expect(v6.count == 50 && v6.first == "2a00:1450:4001:80b::200e/128" && v6.last == "2a00::/16")
        #expect(v6.contains("2a00:1450:4001::/48"))
    }
}
