import AuditCore
import AuditCoreTesting
import Testing

@testable import LookupAnswers

/// What the old program left in Redis.
struct OldEntryTests {
    private static func json(
        asn: String = #""3320""#, prefix: String = "217.80.0.0/12", network: String? = nil,
        cidr: String = "217.80.0.0/16",
        entities: String = #"[" DTAG-NIC ", "DTAG-NIC", "", 7, "X-1"]"#
    ) -> String {
        let net = network ?? #"{"name": "DTAG-DIAL", "country": "de", "cidr": "\#(cidr)", "handle": "H"}"#
        return """
            {"nir": null, "asn_registry": "ripencc", "asn": \(asn), "asn_cidr": "\(prefix)", "asn_country_code": "DE",
             "asn_description": "DTAG Internet service provider operations, DE", "query": "217.80.1.2",
             "network": \(net), "entities": \(entities), "objects": {}, "raw": null}
            """
    }

    private func read(_ text: String, under prefix: String = "217.80.0.0/12", for address: String = "217.80.1.2") throws
        -> OldEntry?
    {
        OldEntry(Array(text.utf8), under: try #require(IPPrefix(prefix)), for: try #require(IPAddress(address)))
    }

    @Test func `an entry gives origin and network`() throws {
        let entry = try #require(try read(Self.json()))
        #expect(
            entry.origin
                == OriginFacts(
                    asNumbers: [3320], prefix: "217.80.0.0/12", country: "DE",
                    asName: "DTAG Internet service provider operations, DE"))
        #expect(
            entry.network
                == NetworkFacts(
                    name: "DTAG-DIAL", country: "DE", cidr: "217.80.0.0/16", handle: "H", entities: ["DTAG-NIC", "X-1"])
        )
    }

    @Test(arguments: [
        // Holds the address, no wider than the prefix.
        ("217.80.0.0/13, 217.88.0.0/14", true), ("217.80.0.0/12", true), ("217.80.1.2/32", true),
        // Another customer's.
        ("217.81.0.0/16", false), ("217.80.1.3/32", false),
        // Wider than the prefix.
        ("217.0.0.0/8", false), ("0.0.0.0/0", false),
        // The other family; nothing.
        ("::/0", false), ("", false), ("nonsense, 1", false),
    ])
    func `a network is taken only if it surely is the address's own`(cidr: String, isTaken: Bool) throws {
        let entry = try #require(try read(Self.json(cidr: cidr)))
        #expect((entry.network != nil) == isTaken)
        #expect(entry.origin != nil)
    }

    @Test func `over WHOIS the first of the nets stands for the network`() throws {
        let text = """
            {"asn": "174 4134", "asn_cidr": "217.80.0.0/12", "asn_country_code": null, "asn_description": null,
             "nets": [{"name": "A", "country": "FR", "cidr": "217.80.0.0/20"}, {"name": "B", "cidr": "217.80.0.0/21"}]}
            """
        let entry = try #require(try read(text))
        #expect(entry.origin == OriginFacts(asNumbers: [174, 4134], prefix: "217.80.0.0/12"))
        #expect(entry.network == NetworkFacts(name: "A", country: "FR", cidr: "217.80.0.0/20"))
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "7", "\u{0}", "{\"asn\":", json(prefix: "217.80.0.0/13"), json(prefix: "::/0"),
        String(repeating: "[", count: 100_000),
        json(entities: String(repeating: "[", count: 40) + String(repeating: "]", count: 40)),
        json(entities: "[\"" + String(repeating: "x", count: 300_000) + "\"]"),
    ])
    func `what is no entry is nothing`(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test(arguments: ["null", "7", "\"\"", "\"NA\"", "\"-1\"", "\"4294967296\"", "[]"])
    func `an entry without AS number has no origin`(asn: String) throws {
        #expect(try #require(try read(Self.json(asn: asn))).origin == nil)
    }

    @Test(arguments: ["null", "7", "[]", "{}", "{\"cidr\": null}", "{\"cidr\": 7}"])
    func `an entry without network has none`(network: String) throws {
        #expect(try #require(try read(Self.json(network: network))).network == nil)
    }

    @Test func `members of other types are left out`() throws {
        let many = "[" + (0..<2000).map { "\"E\($0)\"" }.joined(separator: ",") + "]"
        let network = #"{"name": 7, "country": [], "cidr": "217.80.0.0/16", "handle": null}"#
        let entry = try #require(try read(Self.json(network: network, entities: many)))
        #expect(entry.network?.name == nil && entry.network?.country == nil && entry.network?.handle == nil)
        #expect(entry.network?.entities.count == 2000, "all of them are judged")
        #expect(try #require(try read(Self.json(entities: "7"))).network?.entities == [])
    }

    // MARK: In the cache

    private func lookup(_ entries: [String: String], readsOld: Bool = true) async throws -> CachedSources {
        let cache = InMemoryLookupCache()
        try await cache.store(
            entries.map { LookupCacheEntry(key: $0.key, value: Array($0.value.utf8), lifetime: .seconds(600)) })
        var configuration = CachedSources.Configuration()
        configuration.readsOldEntries = readsOld
        return CachedSources(offlineFrom: cache, configuration) { Timestamp(milliseconds: 1_763_918_141_000) }
    }

    @Test func `entries are found by any address of their prefix, the longest first, families apart`() async throws {
        let sources = try await lookup([
            "217.80.0.0/12": Self.json(),
            "217.80.0.0/24": Self.json(asn: "\"64500\"", prefix: "217.80.0.0/24", cidr: "217.80.0.0/25"),
            "::/0": Self.json(asn: "\"1\"", prefix: "::/0"),
        ])
        #expect(await sources.origins.fact(about: "217.80.0.200").value?.asNumbers == [64500])
        #expect(await sources.origins.fact(about: "217.95.255.255").value?.asNumbers == [3320])
        // The longest that holds its network; then the next.
        #expect(await sources.networks.fact(about: "217.80.0.1").value?.cidr == "217.80.0.0/25")
        #expect(await sources.networks.fact(about: "217.80.0.200").value?.cidr == "217.80.0.0/16")
        // Its low bits are those of 217.80.1.2.
        #expect(await sources.origins.fact(about: "2001:db9::d950:102").trouble?.code == .offline)
        let origin = await sources.origins.fact(about: "217.80.1.2")
        #expect((origin.source, origin.age) == (.cache, .seconds(86_400)))
    }

    @Test func `a broken entry hides neither a shorter one nor ours`() async throws {
        let sources = try await lookup(["217.80.0.0/12": Self.json(), "217.80.0.0/16": "{", "217.80.1.0/24": "[[[["])
        #expect(await sources.origins.fact(about: "217.80.1.2").value?.asNumbers == [3320])
    }

    @Test func `where there is no old program nothing of it is read`() async throws {
        let sources = try await lookup(["217.80.0.0/12": Self.json()], readsOld: false)
        #expect(await sources.origins.fact(about: "217.80.1.2").trouble?.code == .offline)
    }
}
