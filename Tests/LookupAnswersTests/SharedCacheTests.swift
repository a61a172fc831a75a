import AuditCore
import AuditCoreTesting
import LookupCaches
import RedisCache
import RedisClient
import TestServers
import Testing

@testable import LookupAnswers

@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct SharedCacheTests {
    private func redis(_ server: RedisServer) -> RedisCache {
        var configuration = RedisClient.Configuration()
        configuration.servers = [.socket(path: server.socket)]
        configuration.timeout = .seconds(20)
        return RedisCache(configuration)
    }

    private func offline(_ cache: any LookupCache) -> CachedSources {
        var configuration = CachedSources.Configuration()
        configuration.readsOldEntries = true
        return CachedSources(offlineFrom: cache, configuration) { Timestamp(milliseconds: 1_763_918_141_000) }
    }

    @Test func `memory in front of Redis keeps the contract`() async throws {
        let server = try await RedisServer()
        let cache = TieredLookupCache(memory: MemoryLookupCache(capacity: 0), behind: redis(server))
        let contract = LookupCacheContract(pass: { _ in
            try await cache.store([LookupCacheEntry(key: "marker", value: [1], lifetime: .milliseconds(100))])
            while try await cache.values(for: ["marker"]) != [:] {}
        }) { cache }
        try await contract.run()
    }

    @Test func `among ten thousand entries a lookup is one round trip, entries of the old program included`()
        async throws
    {
        let server = try await RedisServer()
        let cache = redis(server)
        let old =
            #"{"asn": "3320", "asn_cidr": "217.80.0.0/12", "asn_country_code": "DE", "asn_description": "DTAG, DE"}"#
        var entries = [LookupCacheEntry(key: "217.80.0.0/12", value: Array(old.utf8), lifetime: .seconds(600))]
        for number in 0..<10_000 {
            entries.append(
                LookupCacheEntry(key: "10.\(number / 256).\(number % 256).0/24", value: [1], lifetime: .seconds(600)))
        }
        for start in stride(from: 0, to: entries.count, by: 1000) {
            try await cache.store(Array(entries[start..<min(start + 1000, entries.count)]))
        }
        let sources = offline(TieredLookupCache(memory: MemoryLookupCache(), behind: cache))
        // How often the server read from a socket, its own tool's asking included.
        func reads() async throws -> Int {
            let text = try await server.run("INFO", "stats")
            return try #require(text.firstMatch(of: /total_reads_processed:(\d+)/).flatMap { Int($0.output.1) })
        }
        let (start, asking) = (try await reads(), try await reads())
        for _ in 0..<5 { #expect(await sources.origins.fact(about: "217.80.1.2").value?.asNumbers == [3320]) }
        #expect(try await reads() - asking - (asking - start) == 5)
        let statistics = try await server.run("INFO", "commandstats")
        #expect(!statistics.contains("cmdstat_keys") && !statistics.contains("cmdstat_scan"))
    }

    @Test func `while Redis is dead, memory and upstreams serve`() async throws {
        let server = try await RedisServer()
        let upstreams = ScriptedUpstreams()
        upstreams.answer("198.18.5.7", .network("198.18.5.0/24"))
        let cache = TieredLookupCache(memory: MemoryLookupCache(), behind: redis(server))
        let sources = CachedSources(.init(), cache: cache, network: upstreams, origin: upstreams) {
            Timestamp(milliseconds: 1_763_918_141_000)
        }
        try await server.process.kill()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await sources.run() }
            for _ in 0..<20 {
                #expect(await sources.networks.fact(about: "198.18.5.7").value?.name == "NET-198.18.5.0/24")
            }
            group.cancelAll()
        }
        #expect(upstreams.asked.count == 1)
        #expect(!cache.isWhole)
    }
}
