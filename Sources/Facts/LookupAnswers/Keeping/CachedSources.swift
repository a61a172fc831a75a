package import AuditCore
package import Whois

/// The registries and the origins of prefixes, behind a lookup cache.
///
/// What is kept is given at once while it is fresh, and up to a week longer while it is asked for anew, or while nobody can be
/// asked. What is not kept is asked for: once for all who need it (see ``Flights``). Nobody is asked again for a quarter
/// of an hour about what does not exist, and for a minute after an upstream failed. A cache that is down is an empty one.
///
/// Sources and ages are exact: an answer just asked for names who gave it; one from the cache names the cache and the time
/// since it was fetched, by which one sees that it is stale. An entry of the old program, which does not say when it was
/// made, is given the age it can have at most.
package final class CachedSources: Sendable {
    /// Times and bounds.
    package struct Configuration: Sendable, Equatable {
        /// For how long an answer is fresh (`audit.cache_ttl`).
        package var freshFor: Duration = .seconds(86_400)
        /// For how long an answer is kept; at least as long as it is fresh.
        package var keepFor: Duration = .seconds(7 * 86_400)
        /// Whether entries of the old program are looked for (a shared Redis).
        package var readsOldEntries = false
        /// How many networks, and how many origins, are asked about at once.
        package var flights = 1024
        /// How many lookups may wait for networks, and for origins.
        package var askers = 4096

        /// As it is without settings.
        package init() {}
    }

    private let keptNetworks: CachedLookup<NetworkKind>
    private let keptOrigins: CachedLookup<OriginKind>

    /// Reads from a cache and asks nobody, ever (`lookup.offline`): what is not kept is unavailable (`offline`).
    ///
    /// - Parameter now: The clock by which answers age.
    package convenience init(
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
        keptNetworks = CachedLookup(
            configuration, cache: cache, now: now,
            upstream: network.map { NetworkQuestions(upstream: $0, keepFor: keepFor, now: now) })
        keptOrigins = CachedLookup(
            configuration, cache: cache, now: now,
            upstream: origin.map { OriginQuestions(upstream: $0, cache: cache, keepFor: keepFor, now: now) })
    }

    /// Asks upstreams, until the surrounding task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            if let flights = keptNetworks.flights { group.addTask { await flights.run() } }
            if let flights = keptOrigins.flights { group.addTask { await flights.run() } }
        }
    }

    /// Finds the network that holds an address; at the latest after the cache's deadline and the upstream's, at once when
    /// cancelled. A lock and two steps for a client seen in the last quarter of an hour.
    package var networks: any Lookup<NetworkFacts> { keptNetworks }

    /// Finds who announces an address, as soon.
    package var origins: any Lookup<OriginFacts> { keptOrigins }

    /// How many networks are being asked about, and how many lookups wait for them, for metrics.
    package var networksUnderWay: (flights: Int, askers: Int) { keptNetworks.flights?.underWay ?? (0, 0) }

    /// How many origins are being asked about, and how many lookups wait for them, for metrics.
    package var originsUnderWay: (flights: Int, askers: Int) { keptOrigins.flights?.underWay ?? (0, 0) }
}
