package import AuditCore
import Locks

/// A lookup cache in memory, without bound, whose clock a test may move and which fails on demand.
package final class InMemoryLookupCache: LookupCache {
    private struct State {
        var entries: [[UInt8]: (value: [UInt8], until: ContinuousClock.Instant)] = [:]
        var error: LookupError?
    }

    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// Makes an empty cache.
    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// Makes every call throw, or none again.
    package func fail(with error: LookupError?) { state.withLock { $0.error = error } }

    /// Returns what is stored and alive.
    package func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
        let now = now()
        let result: Result<[String: [UInt8]], LookupError> = state.withLock { state in
            if let error = state.error { return .failure(error) }
            var found: [String: [UInt8]] = [:]
            for key in keys {
                if let entry = state.entries[Array(key.utf8)], now < entry.until { found[key] = entry.value }
            }
            return .success(found)
        }
        return try result.get()
    }

    /// Stores the entries.
    package func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {
        let now = now()
        let error = state.withLock { state in
            if state.error == nil {
                for entry in entries { state.entries[Array(entry.key.utf8)] = (entry.value, now + entry.lifetime) }
            }
            return state.error
        }
        if let error { throw error }
    }
}
