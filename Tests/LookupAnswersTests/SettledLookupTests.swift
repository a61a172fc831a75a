import AuditCore
import AuditCoreTesting
import Locks
import LookupCaches
import Testing

@testable import LookupAnswers
@testable import Whois

/// Lookups of clients that were seen before, beside what the cache itself says.
struct SettledLookupTests {
    /// Memory that counts how often it is read.
    private final class CountedCache: LookupCache {
        private let memory: MemoryLookupCache
        private let reads = Mutex(0)
        init(now: @escaping @Sendable () -> ContinuousClock.Instant) { memory = MemoryLookupCache(now: now) }
        var readCount: Int { reads.withLock { $0 } }
        func valuesAtHand(for keys: [String]) -> [String: [UInt8]] {
            reads.withLock { $0 += 1 }
            return memory.valuesAtHand(for: keys)
        }
        func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
            try await memory.values(for: keys)
        }
        func store(_ entries: [LookupCacheEntry]) async throws(LookupError) { try await memory.store(entries) }
    }

    private let clock = CachedSourcesTests.HandClock()
    private let upstreams = ScriptedUpstreams()

    private func running(
        _ cache: any LookupCache, freshFor: Duration = .seconds(86_400),
        _ body: (CachedSources) async throws -> Void
    ) async throws {
        var configuration = CachedSources.Configuration()
        configuration.freshFor = freshFor
        let sources = CachedSources(configuration, cache: cache, network: upstreams, origin: upstreams) { [clock] in
            clock.now
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await sources.run() }
            try await body(sources)
            group.cancelAll()
        }
    }

    private func settle(_ sources: CachedSources) async {
        while sources.networksUnderWay.flights + sources.originsUnderWay.flights > 0 { await Task.yield() }
    }

    @Test func `a client that comes again costs no reading of the cache, for a quarter of an hour`() async throws {
        upstreams.answer("198.18.5.7", .network("198.18.5.0/24"))
        let cache = CountedCache { [clock] in clock.instant }
        try await running(cache) { sources in
            _ = await sources.networks.fact(about: "198.18.5.7")
            await settle(sources)
            _ = await sources.networks.fact(about: "198.18.5.7")
            let reads = cache.readCount
            for second in 1..<900 {
                clock.advance(by: .seconds(1))
                #expect(await sources.networks.fact(about: "198.18.5.7").age == .seconds(second))
            }
            #expect(cache.readCount == reads)
            clock.advance(by: .seconds(1))
            #expect(await sources.networks.fact(about: "198.18.5.7").age == .seconds(900))
            #expect(cache.readCount == reads + 1)
            // A neighbour is another client.
            #expect(await sources.networks.fact(about: "198.18.5.8").value?.name == "NET-198.18.5.0/24")
            #expect(cache.readCount == reads + 2)
        }
    }

    @Test func `an answer is asked for again as soon as it is not fresh any more`() async throws {
        upstreams.answer("198.18.5.7", .network("198.18.5.0/24"))
        try await running(CountedCache { [clock] in clock.instant }, freshFor: .seconds(10)) { sources in
            for _ in 0..<2 {
                _ = await sources.networks.fact(about: "198.18.5.7")
                await settle(sources)
            }
            clock.advance(by: .milliseconds(9_999))
            #expect(await sources.networks.fact(about: "198.18.5.7").source == .cache)
            #expect(upstreams.asked.count == 1)
            clock.advance(by: .milliseconds(1))
            #expect(await sources.networks.fact(about: "198.18.5.7").age == .seconds(10))
            await upstreams.waitUntilAsked(2)
        }
    }

    @Test(arguments: [true, false])
    func `an answer that was just stored takes the place of none, and of trouble, at once`(
        isAbsent: Bool
    ) async throws {
        if isAbsent { upstreams.answer("198.18.5.7", Upstream<NetworkAnswer>(.absent, source: .rdap)) }
        upstreams.answer("198.18.4.1", .network("198.18.4.0/22"))
        try await running(CountedCache { [clock] in clock.instant }) { sources in
            for _ in 0..<3 {
                let fact = await sources.networks.fact(about: "198.18.5.7").fact
                #expect(fact.value == nil)
                await settle(sources)
            }
            #expect(await sources.networks.fact(about: "198.18.4.1").value != nil)
            await settle(sources)
            #expect(await sources.networks.fact(about: "198.18.5.7").value?.name == "NET-198.18.4.0/22")
        }
        #expect(upstreams.asked == ["198.18.5.7", "198.18.4.1"])
    }

    /// Whatever was asked before, one is told what one would be told by reading the cache now.
    @Test(arguments: 0..<4)
    func `nobody is told anything but what the cache says`(seed: Int) async throws {
        var random = SeededNumbers(seed: UInt64(seed) + 1)
        let cache = CountedCache { [clock] in clock.instant }
        let v4 = (0..<24).map { "198.18.\($0 / 8).\($0 % 8 * 9)" }
        let clients = v4 + (0..<24).map { "2001:7f8:\($0 / 8)::c612:\($0 % 8)" }
        try await running(cache, freshFor: .seconds(3000)) { sources in
            for _ in 0..<400 {
                let client = clients[random.next(below: clients.count)]
                let isV4 = client.contains(".")
                let length = [32, 30, 26, 24, 22, 16][random.next(below: 6)] * (isV4 ? 1 : 2)
                switch random.next(below: 8) {
                case 0: upstreams.answer(client, Upstream<NetworkAnswer>(.absent, source: .rdap))
                case 1:
                    let error = LookupError(.unreachable)
                    upstreams.answer(client, Upstream<NetworkAnswer>(.unavailable(error), source: .rdap))
                default:
                    let isLeaf = random.next(below: 2) == 0
                    upstreams.answer(client, .network("\(client)/\(length)", isLeaf: isLeaf))
                    upstreams.answer(client, .origin("\(client)/\(length)", [UInt32(random.next(below: 9))]))
                }
                // One that has seen nothing yet.
                var configuration = CachedSources.Configuration()
                configuration.freshFor = .seconds(3000)
                let reader = CachedSources(offlineFrom: cache, configuration) { [clock] in clock.now }
                let (network, origin) = (
                    await reader.networks.fact(about: client), await reader.origins.fact(about: client)
                )
                let (mine, myOrigin) = (
                    await sources.networks.fact(about: client), await sources.origins.fact(about: client)
                )
                if network.fact != .unavailable(LookupError(.offline)) { #expect(mine == network) }
                if origin.fact != .unavailable(LookupError(.offline)) { #expect(myOrigin == origin) }
                await settle(sources)
                if random.next(below: 4) == 0 { clock.advance(by: .seconds(random.next(below: 400))) }
            }
        }
    }

    /// The same numbers in every run.
    private struct SeededNumbers {
        private var state: UInt64
        init(seed: UInt64) { state = seed }
        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }
}
