import AuditCore
import LookupAnswers
import LookupCaches

/// A login whose network is in memory, among few and among many: the cache's part, and the whole way to the facts, of a client
/// seen before (`lookup.network.hit`) and of one whose block alone is known (`lookup.network.read`).
func lookupCacheBenchmarks(_ suite: Suite) async throws {
    let moment = Timestamp(milliseconds: 1_763_918_141_000)
    let value = """
        {"v":1,"fetched":1763918100000,"network":{"name":"VK-FRONT","country":"RU","cidr":"176.112.168.0/21",\
        "handle":"176.112.168.0 - 176.112.175.255","entities":["EY1327-RIPE","ORG-LLCn4-RIPE","RIPE-NCC-END-MNT"]}}
        """
    for count in [10, 10_000] {
        let cache = MemoryLookupCache()
        try await cache.store(
            (0..<count).map { number in
                let block = String(0xB070_0000 + number << 8, radix: 16)
                return LookupCacheEntry(
                    key: "dw:net:4:\(block):24", value: Array(value.utf8), lifetime: .seconds(86_400))
            })
        let client = IPAddress(v4: 0xB070_05DA)
        // As many keys as a lookup has, one of them there.
        let keys = (18...31).map { "dw:net:4:b0700500:\($0)" }
        let name = "lookup.cache.hit.\(count)"
        let hit = suite.measure(name) { repeats in
            for _ in 0..<repeats { precondition(cache.valuesAtHand(for: keys).count == 1) }
        }
        if let hit { suite.check("\(name).microseconds", hit.nanoseconds / 1000, atMost: 5) }
        let sources = CachedSources(offlineFrom: cache) { moment }
        let way = "lookup.network.hit.\(count)"
        let login = await suite.measureAsync(way, repeats: 200_000) { repeats in
            for _ in 0..<repeats {
                let network = await sources.networks.fact(about: client)
                precondition(network.value != nil)
            }
        }
        if let login { suite.check("\(way).microseconds", login.nanoseconds / 1000, atMost: 5) }
        guard count == 10_000 else { continue }
        var number = 0
        await suite.measureAsync("lookup.network.read.\(count)", repeats: 20_000) { repeats in
            for _ in 0..<repeats {
                // Each block's first client, then each block's second…
                let stranger = IPAddress(v4: 0xB070_0000 + UInt32(number % count) << 8 + UInt32(number / count))
                number += 1
                let network = await sources.networks.fact(about: stranger)
                precondition(network.value != nil)
            }
        }
        suite.ratio("lookup.network: a hit to a read", of: way, to: "lookup.network.read.\(count)", atMost: 0.25)
    }
    suite.ratio(
        "lookup.cache.hit: 10,000 entries to 10", of: "lookup.cache.hit.10000", to: "lookup.cache.hit.10", atMost: 2)
}
