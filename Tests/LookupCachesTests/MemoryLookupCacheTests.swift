import TestKit
import AuditCore
import AuditCoreTesting
import Locks
import LookupCaches
import Testing

struct MemoryLookupCacheTests {
    private let clock = HandClock()

    private func entry(_ key: String, _ size: Int, _ lifetime: Duration = .seconds(60)) -> LookupCacheEntry {
        LookupCacheEntry(key: key, value: [UInt8](repeating: 7, count: size), lifetime: lifetime)
    }

    @Test func `memory keeps the contract`() async throws {
        let cache = MemoryLookupCache { [clock] in clock.instant }
        try await LookupCacheContract(pass: { clock.advance(by: $0) }) { cache }.run()
    }

    @Test func `what was used longest ago goes first, and bytes stay within the bound`() async throws {
        let cache = MemoryLookupCache(capacity: 100_000)
        for number in 0..<5 { try await cache.store([entry("k\(number)", 19_000)]) }
        #expect(cache.holdings.entries == 5)
        #expect(cache.valuesAtHand(for: ["k0"]).count == 1)  // used: k1 is now the oldest
        try await cache.store([entry("k5", 19_000)])
        #expect(cache.valuesAtHand(for: (0..<6).map { "k\($0)" }).keys.sorted() == ["k0", "k2", "k3", "k4", "k5"])
        for number in 0..<10_000 { try await cache.store([entry("n\(number)", number % 400)]) }
        #expect(cache.holdings.bytes <= 100_000)
        #expect(cache.valuesAtHand(for: ["n9999"]).count == 1)
        #expect(cache.valuesAtHand(for: ["n1"]).isEmpty)
    }

    @Test func `an entry as large as the cache is not kept, and what its key had is gone`() async throws {
        let cache = MemoryLookupCache(capacity: 100_000)
        try await cache.store([entry("a", 10), entry("b", 10)])
        try await cache.store([entry("a", 90_000)])
        #expect(cache.valuesAtHand(for: ["a", "b"]).keys.sorted() == ["b"])
    }

    @Test func `what is dead gives its room back when it is asked for`() async throws {
        let cache = MemoryLookupCache { [clock] in clock.instant }
        try await cache.store([entry("a", 1000, .seconds(1))])
        #expect(cache.holdings.entries == 1)
        clock.advance(by: .seconds(1))
        #expect(cache.valuesAtHand(for: ["a"]).isEmpty)
        #expect(cache.holdings == (0, 0))
    }

    @Test func `any order of writing, reading and dying leaves it sound`() async throws {
        var random = SystemRandomNumberGenerator()
        let cache = MemoryLookupCache(capacity: 20_000) { [clock] in clock.instant }
        for _ in 0..<20_000 {
            let key = "k\(Int.random(in: 0..<60, using: &random))"
            switch Int.random(in: 0..<3, using: &random) {
            case 0: _ = cache.valuesAtHand(for: [key, "absent"])
            case 1: clock.advance(by: .milliseconds(Int.random(in: 0..<50, using: &random)))
            default:
                let size = Int.random(in: 0..<900, using: &random)
                try await cache.store([entry(key, size, .milliseconds(Int.random(in: 0..<3000, using: &random)))])
            }
            #expect(cache.holdings.bytes <= 20_000)
        }
        clock.advance(by: .seconds(3600))
        #expect(cache.valuesAtHand(for: (0..<60).map { "k\($0)" }).isEmpty)
        #expect(cache.holdings == (0, 0))
    }
}
