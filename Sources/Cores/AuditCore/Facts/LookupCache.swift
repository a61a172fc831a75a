/// A key-value store for answers of registries and of DNS, shared or not.
///
/// Values are opaque bytes; a store may lose any of them at any time.
package protocol LookupCache: Sendable {
    /// Reads several keys in one round trip.
    ///
    /// - Returns: The values found; keys without a live value are missing.
    /// - Throws: ``LookupError`` if the store cannot be asked; callers go on without it.
    func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]]

    /// Writes entries, each replaced whole together with its lifetime.
    func store(_ entries: [LookupCacheEntry]) async throws(LookupError)

    /// Reads what this process has in memory of several keys: nothing, unless a store says otherwise.
    ///
    /// - Complexity: Waits for nobody; does not grow with the number of entries.
    func valuesAtHand(for keys: [String]) -> [String: [UInt8]]

    /// Whether everything that the store has is in memory, so that ``values(for:)`` finds no more than ``valuesAtHand(for:)``.
    var hasAllAtHand: Bool { get }
}

extension LookupCache {
    /// Nothing is in memory.
    package func valuesAtHand(for keys: [String]) -> [String: [UInt8]] { [:] }

    /// There may be more elsewhere.
    package var hasAllAtHand: Bool { false }
}

/// One value on its way into a ``LookupCache``.
package struct LookupCacheEntry: Sendable, Equatable {
    /// The key.
    package var key: String
    /// The value.
    package var value: [UInt8]
    /// How long the store may hand it out.
    package var lifetime: Duration

    /// What to keep, and for how long from now on.
    package init(key: String, value: [UInt8], lifetime: Duration) {
        self.key = key
        self.value = value
        self.lifetime = lifetime
    }
}
