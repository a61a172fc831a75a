package import AuditCore
internal import Locks

/// A lookup cache in this process: bounded in bytes, the least recently used goes first.
///
/// Nothing waits here: every call is a lock and a few steps per key, however many entries there are.
package final class MemoryLookupCache: LookupCache {
    /// What an entry costs beside its key and value: its places in the table and in the order of use.
    static let overhead = 160

    private let state: Mutex<RecentlyUsed>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - capacity: Bytes that keys, values and what belongs to them may take together; an entry that alone takes more
    ///     than a quarter is not kept.
    ///   - now: The clock of lifetimes.
    package init(capacity: Int = 32 << 20, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        state = Mutex(RecentlyUsed(capacity: capacity))
        self.now = now
    }

    /// Reads what is alive; what is read counts as used.
    package func valuesAtHand(for keys: [String]) -> [String: [UInt8]] {
        let now = now()
        return state.withLock { state in
            var found: [String: [UInt8]] = [:]
            for key in keys {
                if let value = state.value(for: key, at: now) { found[key] = value }
            }
            return found
        }
    }

    /// There is nothing else.
    package var hasAllAtHand: Bool { true }

    /// Reads what is alive; never throws.
    package func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] { valuesAtHand(for: keys) }

    /// Keeps entries; never throws.
    package func store(_ entries: [LookupCacheEntry]) async throws(LookupError) { keep(entries) }

    /// Keeps entries; those whose key has a value that is alive only if they are to replace it.
    func keep(_ entries: [LookupCacheEntry], replacing: Bool = true) {
        let now = now()
        state.withLock { state in
            for entry in entries where replacing || state.value(for: entry.key, at: now) == nil {
                state.keep(entry, at: now)
            }
        }
    }

    /// How many bytes and entries are held, for tests and metrics.
    package var holdings: (bytes: Int, entries: Int) { state.withLock { ($0.bytes, $0.count) } }
}
