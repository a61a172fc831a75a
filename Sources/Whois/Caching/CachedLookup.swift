internal import AuditCore

/// Facts of one kind: from memory, from the cache behind it, or from an upstream, whichever is first.
final class CachedLookup<Kind: CachedKind>: Sendable {
    private let configuration: CachedSources.Configuration
    private let cache: any LookupCache
    private let now: @Sendable () -> Timestamp
    private let answers: CachedAnswers<Kind>
    /// nil if nobody may be asked.
    let flights: Flights<Kind.Value>?

    /// - Parameter upstream: Who is asked; nil if nobody may be.
    init(
        _ configuration: CachedSources.Configuration, cache: any LookupCache, now: @escaping @Sendable () -> Timestamp,
        upstream: (any FlightAnswers<Kind.Value>)?
    ) {
        self.configuration = configuration
        self.cache = cache
        self.now = now
        answers = CachedAnswers(configuration: configuration)
        let limits = Flights<Kind.Value>.Limits(flights: configuration.flights, askers: configuration.askers)
        flights = upstream.map { Flights(limits: limits, asking: $0, keepingIn: cache) }
    }

    /// What is known of an address: at once if it is kept, else after one round trip to the cache and, if need be, one flight.
    func facts(about address: IPAddress) async -> Sourced<Kind.Value> {
        let now = now()
        let keys = CachedAnswers<Kind>.Keys(address)
        let own = keys.all
        var reading = answers.reading(cache.valuesAtHand(for: own), keys, address, now: now)
        if reading.isSettled, let answer = reading.answer { return answer }
        let old = configuration.readsOldEntries ? CacheKeys.old(around: address) : []
        // A cache that cannot be asked is as good as an empty one.
        if let values = try? await cache.values(for: own + old.map(\.key)) {
            reading = answers.reading(values, keys, old: old, address, now: now)
        }
        guard let answer = reading.answer else {
            guard let flights else { return Sourced(.unavailable(LookupError(.offline)), source: .none) }
            return await flights.answer(for: address)
        }
        if let outdated = reading.outdated {
            flights?.refresh(FlightQuestion(address, outdated: outdated))
        }
        return answer
    }
}
