public import AuditCore

/// The registries and the origins of prefixes, behind a lookup cache.
///
/// What is kept is given at once while it is fresh, and up to a week longer while it is asked for anew, or while nobody can be
/// asked. What is not kept is asked for: once for all who need it (see ``Flights``). Nobody is asked again for a quarter
/// of an hour about what does not exist, and for a minute after an upstream failed. A cache that is down is an empty one.
///
/// Sources and ages are exact: an answer just asked for names who gave it; one from the cache names the cache and the time
/// since it was fetched, by which one sees that it is stale. An entry of the old program, which does not say when it was
/// made, is given the age it can have at most.
public final class CachedSources: NetworkSource, OriginSource {
    /// Times and bounds.
    public struct Configuration: Sendable, Equatable {
        /// For how long an answer is fresh (`audit.cache_ttl`).
        public var freshFor: Duration = .seconds(86_400)
        /// For how long an answer is kept; at least as long as it is fresh.
        public var keepFor: Duration = .seconds(7 * 86_400)
        /// Whether entries of the old program are looked for (a shared Redis).
        public var readsOldEntries = false
        /// How many networks, and how many origins, are asked about at once.
        public var flights = 1024
        /// How many lookups may wait for networks, and for origins.
        public var askers = 4096

        /// As it is without settings.
        public init() {}
    }

    private let networks: CachedLookup<NetworkKind>
    private let origins: CachedLookup<OriginKind>

    /// Reads from a cache and asks nobody, ever (`lookup.offline`): what is not kept is unavailable (`offline`).
    ///
    /// - Parameter now: The clock by which answers age.
    public convenience init(
        offlineFrom cache: any LookupCache, _ configuration: Configuration = Configuration(),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.init(configuration, cache: cache, network: nil, origin: nil, now: now)
    }

    /// Reads from a cache, and asks upstreams while ``run()`` runs; one that is nil is never asked.
    package init(
        _ configuration: Configuration, cache: any LookupCache, network: (any NetworkUpstream)?,
        origin: (any OriginUpstream)?, now: @escaping @Sendable () -> Timestamp
    ) {
        var configuration = configuration
        configuration.keepFor = max(configuration.keepFor, configuration.freshFor)
        let keepFor = configuration.keepFor
        networks = CachedLookup(
            configuration, cache: cache, now: now,
            upstream: network.map { NetworkQuestions(upstream: $0, keepFor: keepFor, now: now) })
        origins = CachedLookup(
            configuration, cache: cache, now: now,
            upstream: origin.map { OriginQuestions(upstream: $0, cache: cache, keepFor: keepFor, now: now) })
    }

    /// Asks upstreams, until the surrounding task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            if let flights = networks.flights { group.addTask { await flights.run() } }
            if let flights = origins.flights { group.addTask { await flights.run() } }
        }
    }

    /// Finds the network that holds an address.
    ///
    /// - Returns: At the latest after the cache's deadline and the upstream's; at once when cancelled.
    /// - Complexity: A lock and two steps for a client seen in the last quarter of an hour.
    public func network(of address: IPAddress) async -> Sourced<NetworkFacts> { await networks.facts(about: address) }

    /// The network, if memory has it and it is fresh.
    public func networkAtHand(of address: IPAddress) -> Sourced<NetworkFacts>? { networks.factsAtHand(about: address) }

    /// Whether nobody was asked about the network yet, or only after a wait for our own limits.
    public func isNetworkHeldUp(_ address: IPAddress) -> Bool { networks.isHeldUp(address) }

    /// Finds who announces an address.
    ///
    /// - Returns: At the latest after the cache's deadline and the upstream's; at once when cancelled.
    /// - Complexity: A lock and two steps for a client seen in the last quarter of an hour.
    public func origin(of address: IPAddress) async -> Sourced<OriginFacts> { await origins.facts(about: address) }

    /// The origin, if memory has it and it is fresh.
    public func originAtHand(of address: IPAddress) -> Sourced<OriginFacts>? { origins.factsAtHand(about: address) }

    /// Whether nobody was asked about the origin yet, or only after a wait for our own limits.
    public func isOriginHeldUp(_ address: IPAddress) -> Bool { origins.isHeldUp(address) }

    /// How many networks are being asked about, and how many lookups wait for them, for metrics.
    package var networksUnderWay: (flights: Int, askers: Int) { networks.flights?.underWay ?? (0, 0) }

    /// How many origins are being asked about, and how many lookups wait for them, for metrics.
    package var originsUnderWay: (flights: Int, askers: Int) { origins.flights?.underWay ?? (0, 0) }
}
