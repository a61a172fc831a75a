/// Finds the names an address has in reverse DNS.
public protocol ReverseResolver: Sendable {
    /// Finds the PTR names of an address (RFC 1035 section 3.5, RFC 3596 section 2.5).
    ///
    /// - Parameter address: IPv4 or IPv6.
    /// - Returns: All names, as spelled by the server, without final dot; `.absent` for NXDOMAIN and no data;
    ///   `.unavailable` for a timeout, SERVFAIL or REFUSED.
    /// - Complexity: One query, bounded by the resolver's own deadline.
    func names(of address: IPAddress) async -> Sourced<PTRNames>

    /// The same, if it is known without waiting for anybody; nil unless a resolver says otherwise.
    func namesAtHand(of address: IPAddress) -> Sourced<PTRNames>?
}

extension ReverseResolver {
    /// Nothing is at hand.
    public func namesAtHand(of address: IPAddress) -> Sourced<PTRNames>? { nil }
}

/// Finds the registry's network object for an address.
public protocol NetworkSource: Sendable {
    /// Finds the smallest registered network that holds the address.
    ///
    /// - Returns: `.absent` if the registry knows no such network; never throws, never takes longer than its deadline.
    func network(of address: IPAddress) async -> Sourced<NetworkFacts>

    /// The same, if it is known without waiting for anybody; nil unless a source says otherwise.
    func networkAtHand(of address: IPAddress) -> Sourced<NetworkFacts>?

    /// Whether a question under way about an address is late because of us: nobody was asked yet, or only after a wait for
    /// our own limits. False unless a source says otherwise.
    func isNetworkHeldUp(_ address: IPAddress) -> Bool
}

extension NetworkSource {
    /// Nothing waits.
    public func isNetworkHeldUp(_ address: IPAddress) -> Bool { false }
    /// Nothing is at hand.
    public func networkAtHand(of address: IPAddress) -> Sourced<NetworkFacts>? { nil }
}

/// Finds the autonomous systems that announce an address.
public protocol OriginSource: Sendable {
    /// Finds the longest announced prefix that holds the address, and who announces it.
    ///
    /// - Returns: `.absent` if the prefix is not routed.
    func origin(of address: IPAddress) async -> Sourced<OriginFacts>

    /// The same, if it is known without waiting for anybody; nil unless a source says otherwise.
    func originAtHand(of address: IPAddress) -> Sourced<OriginFacts>?

    /// Whether a question under way about an address is late because of us: nobody was asked yet, or only after a wait for
    /// our own limits. False unless a source says otherwise.
    func isOriginHeldUp(_ address: IPAddress) -> Bool
}

extension OriginSource {
    /// Nothing waits.
    public func isOriginHeldUp(_ address: IPAddress) -> Bool { false }
    /// Nothing is at hand.
    public func originAtHand(of address: IPAddress) -> Sourced<OriginFacts>? { nil }
}

/// Looks an address up in local geographic databases.
public protocol GeoSource: Sendable {
    /// Looks an address up.
    ///
    /// - Returns: `.absent` if no database knows the address.
    /// - Complexity: A few microseconds; touches memory-mapped pages only, waits for nobody.
    func place(of address: IPAddress) -> Sourced<GeoFacts>
}

/// A key-value store for answers of registries, shared or not.
///
/// Values are opaque bytes; a store may lose any of them at any time.
public protocol LookupCache: Sendable {
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
}

extension LookupCache {
    /// Nothing is in memory.
    public func valuesAtHand(for keys: [String]) -> [String: [UInt8]] { [:] }
}

/// One value on its way into a ``LookupCache``.
public struct LookupCacheEntry: Sendable, Equatable {
    /// The key.
    public var key: String
    /// The value.
    public var value: [UInt8]
    /// How long the store may hand it out.
    public var lifetime: Duration

    /// What to keep, and for how long from now on.
    public init(key: String, value: [UInt8], lifetime: Duration) {
        self.key = key
        self.value = value
        self.lifetime = lifetime
    }
}
