internal import Locks
package import AuditCore

/// A lookup cache in memory in front of a shared or lasting one.
///
/// What memory has is not asked of the store behind. Once that one fails to be read, or to be written, it is left alone
/// with such calls for a pause that grows from half a second to half a minute, and memory serves by itself: a frozen
/// store costs one call in each pause its own deadline, and nobody else anything.
package final class TieredLookupCache: LookupCache {
    /// How long memory keeps what it has read from behind, whose remaining lifetime is not known.
    package static let copyLifetime: Duration = .seconds(3600)

    private let memory: MemoryLookupCache
    private let behind: any LookupCache
    private let now: @Sendable () -> ContinuousClock.Instant
    private let reading = TieredLookupCache.circuit()
    /// Apart from reading: a store that is full can still be read.
    private let writing = TieredLookupCache.circuit()

    /// Puts `memory` in front of `behind`, which must keep a short deadline of its own.
    package init(
        memory: MemoryLookupCache, behind: any LookupCache,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        (self.memory, self.behind, self.now) = (memory, behind, now)
    }

    /// Whether the store behind could be read when that was last tried.
    package var isWhole: Bool { reading.isClosed }

    /// Reads from memory alone.
    package func valuesAtHand(for keys: [String]) -> [String: [UInt8]] { memory.valuesAtHand(for: keys) }

    /// Reads from memory, and what is missing there from behind, in one round trip.
    ///
    /// - Throws: Never: without the store behind, what memory has is all there is.
    package func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
        var found = memory.valuesAtHand(for: keys)
        let missing = keys.filter { found[$0] == nil }
        guard !missing.isEmpty else { return found }
        let copies = try? await unlessTroubled(reading) { cache throws(LookupError) in
            try await cache.values(for: missing)
        }
        guard let copies, !copies.isEmpty else { return found }
        memory.keep(
            copies.map { LookupCacheEntry(key: $0.key, value: $0.value, lifetime: Self.copyLifetime) },
            replacing: false)
        found.merge(copies) { known, _ in known }
        return found
    }

    /// Keeps entries in memory, then writes them behind.
    ///
    /// - Throws: What the store behind throws; memory has the entries all the same.
    package func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {
        memory.keep(entries)
        try await unlessTroubled(writing) { cache throws(LookupError) in try await cache.store(entries) }
    }

    /// Does something with the store behind, unless that failed a moment ago.
    private func unlessTroubled<Value: Sendable>(
        _ circuit: Circuit, _ body: (any LookupCache) async throws(LookupError) -> Value
    ) async throws(LookupError) -> Value {
        let start = now()
        guard circuit.admits(at: start) else {
            throw LookupError(.unreachable, detail: "lookup cache: failed a moment ago")
        }
        do {
            let value = try await body(behind)
            circuit.succeeded(at: now())
            return value
        } catch {
            // A full queue and a caller who left say nothing about the store.
            if error.code != .overloaded, !Task.isCancelled { circuit.failed(at: now(), begunAt: start) }
            throw error
        }
    }

    private static func circuit() -> Circuit { Circuit(firstPause: .milliseconds(500), longestPause: .seconds(30)) }
}
