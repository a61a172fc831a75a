import TestKit
import AuditCore
import AuditCoreTesting
import Locks
import LookupCaches
import Testing

struct TieredLookupCacheTests {
    /// A store that notes what it is asked, and fails on demand.
    private final class NotedCache: LookupCache {
        let store: InMemoryLookupCache
        private let asked = Mutex<[[String]]>([])
        private let readError = Mutex<LookupError?>(nil)
        private let writeError = Mutex<LookupError?>(nil)

        init(_ clock: HandClock) { store = InMemoryLookupCache { clock.instant } }
        var reads: [[String]] { asked.withLock { $0 } }
        func failReading(_ error: LookupError?) { readError.withLock { $0 = error } }
        func failWriting(_ error: LookupError?) { writeError.withLock { $0 = error } }

        func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
            asked.withLock { $0.append(keys) }
            if let error = readError.withLock({ $0 }) { throw error }
            return try await store.values(for: keys)
        }
        func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {
            if let error = writeError.withLock({ $0 }) { throw error }
            try await store.store(entries)
        }
    }

    private let clock = HandClock()
    private let behind: NotedCache
    private let memory: MemoryLookupCache
    private let cache: TieredLookupCache

    init() {
        let clock = clock
        behind = NotedCache(clock)
        memory = MemoryLookupCache { clock.instant }
        cache = TieredLookupCache(memory: memory, behind: behind) { clock.instant }
    }

    private func entry(_ key: String, _ byte: UInt8) -> LookupCacheEntry {
        LookupCacheEntry(key: key, value: [byte], lifetime: .seconds(60))
    }

    @Test func `two tiers keep the contract`() async throws {
        try await LookupCacheContract(pass: { clock.advance(by: $0) }) { cache }.run()
    }

    @Test func `memory that remembers nothing leaves the store behind to keep the contract`() async throws {
        let forgetful = TieredLookupCache(memory: MemoryLookupCache(capacity: 0), behind: behind)
        try await LookupCacheContract(pass: { clock.advance(by: $0) }) { forgetful }.run()
    }

    @Test func `only what memory lacks is asked for behind, once, and then remembered`() async throws {
        try await cache.store([entry("a", 1)])
        try await behind.store(["b", "c"].map { entry($0, 2) })
        #expect(try await cache.values(for: ["a"]) == ["a": [1]])
        #expect(behind.reads == [])
        #expect(try await cache.values(for: ["a", "b", "absent"]) == ["a": [1], "b": [2]])
        #expect(behind.reads == [["b", "absent"]])
        #expect(cache.valuesAtHand(for: ["a", "b", "c"]) == ["a": [1], "b": [2]])
        #expect(try await cache.values(for: ["a", "b"]) == ["a": [1], "b": [2]])
        #expect(behind.reads.count == 1)
    }

    @Test func `a dead store behind is asked once for each pause, and memory serves`() async throws {
        try await cache.store([entry("a", 1)])
        behind.failReading(LookupError(.timedOut))
        for _ in 0..<100 { #expect(try await cache.values(for: ["a", "b"]) == ["a": [1]]) }
        #expect(behind.reads.count == 1)
        #expect(!cache.isWhole)
        clock.advance(by: .milliseconds(600))
        for _ in 0..<100 { _ = try await cache.values(for: ["b"]) }
        #expect(behind.reads.count == 2)
        behind.failReading(nil)
        try await behind.store([entry("b", 2)])
        clock.advance(by: .seconds(2))
        #expect(try await cache.values(for: ["a", "b"]) == ["a": [1], "b": [2]])
        #expect(cache.isWhole)
    }

    @Test func `a store behind that is full is still read, and memory has what it refused`() async throws {
        behind.failWriting(LookupError(.unreachable))
        for number in 0..<10 {
            await #expect(throws: LookupError.self) { try await cache.store([entry("k\(number)", 1)]) }
        }
        #expect(cache.isWhole)
        #expect(cache.valuesAtHand(for: ["k0", "k9"]).count == 2)
        _ = try await cache.values(for: ["x"])
        #expect(behind.reads == [["x"]])
    }

    @Test func `a full queue or a caller who left is no sign of a dead store`() async throws {
        behind.failReading(LookupError(.overloaded))
        _ = try await cache.values(for: ["a"])
        #expect(cache.isWhole)
        behind.failReading(LookupError(.timedOut))
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { [cache] in _ = try? await cache.values(for: ["a"]) }
        }
        #expect(cache.isWhole)
        #expect(behind.reads.count == 2)
    }

    @Test func `a copy from behind never takes the place of what was stored meanwhile`() async throws {
        let gate = GatedCache()
        let cache = TieredLookupCache(memory: memory, behind: gate)
        async let read = cache.values(for: ["k"])
        await gate.waitUntilAsked()
        try await cache.store([entry("k", 9)])
        gate.answer(["k": [1]])
        _ = try await read
        #expect(cache.valuesAtHand(for: ["k"]) == ["k": [9]])
    }

    /// A store whose one reader waits until it is told what was found.
    private final class GatedCache: LookupCache {
        private let asked = AsyncStream<Void>.makeStream()
        private let answers = AsyncStream<[String: [UInt8]]>.makeStream()
        func waitUntilAsked() async { for await _ in asked.stream { return } }
        func answer(_ values: [String: [UInt8]]) { answers.continuation.yield(values) }
        func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
            asked.continuation.yield()
            for await answer in answers.stream { return answer }
            return [:]
        }
        func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {}
    }
}
