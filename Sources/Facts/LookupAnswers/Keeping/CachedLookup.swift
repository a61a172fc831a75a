internal import AuditCore
internal import Whois

/// Facts of one kind: from memory, from the cache behind it, or from an upstream, whichever is first.
///
/// Callers see a ``Lookup``, whose code would be that of any kind: four times as much for an answer in memory.
final class CachedLookup<Kind: CachedKind>: Lookup {
    private let configuration: CachedSources.Configuration
    private let cache: any LookupCache
    private let now: @Sendable () -> Timestamp
    private let answers: CachedAnswers<Kind>
    private let inUse: AnswersInUse<Kind.Value>
    /// nil if nobody may be asked.
    let flights: Flights<Kind.Value>?

    /// - Parameter upstream: Who is asked; nil if nobody may be.
    init(
        _ configuration: CachedSources.Configuration, cache: any LookupCache, now: @escaping @Sendable () -> Timestamp,
        upstream: (any FlightUpstream<Kind.Value>)?
    ) {
        self.configuration = configuration
        self.cache = cache
        self.now = now
        answers = CachedAnswers(configuration: configuration)
        let limits = Flights<Kind.Value>.Limits(flights: configuration.flights, askers: configuration.askers)
        let inUse = AnswersInUse<Kind.Value>()
        self.inUse = inUse
        flights = upstream.map { upstream in
            Flights(limits: limits, asking: upstream) { result in
                // A cache that cannot be written costs another question, no more.
                try? await cache.store(result.entries)
                inUse.drop(result.reach)
            }
        }
    }

    /// What memory knows of an address, if nobody else needs to be asked; else nil.
    @specialized(where Kind == NetworkKind)
    @specialized(where Kind == OriginKind)
    func factAtHand(about address: IPAddress) -> Sourced<Kind.Value>? {
        let now = now()
        let drops: UInt64
        switch inUse.reading(for: address, at: now) {
        case .answer(let answer, _): return answer
        case .nothing(let count): drops = count
        }
        let keys = CachedAnswers<Kind>.Keys(address)
        let atHand = cache.valuesAtHand(for: keys.all)
        let reading = answers.reading(atHand, keys, address, now: now)
        guard let settled = reading.settled, let answer = reading.answer else {
            // There is nobody to ask, and nowhere to look.
            guard flights == nil, cache.hasAllAtHand else { return nil }
            return reading.answer ?? Sourced(.unavailable(LookupError(.offline)), source: .none)
        }
        let size = atHand.values.reduce(0) { $0 + $1.count }
        inUse.keep(settled, for: address, size: size, readAt: now, drops: drops)
        return answer
    }

    /// Whether an answer about an address that is waited for is late because of us; see ``Flights/isHeldUp(_:)``.
    func isHeldUp(_ address: IPAddress) -> Bool { flights?.isHeldUp(address) ?? false }

    /// What is known of an address: at once if it is kept, else after one round trip to the cache and, if need be, one flight.
    @specialized(where Kind == NetworkKind)
    @specialized(where Kind == OriginKind)
    func fact(about address: IPAddress) async -> Sourced<Kind.Value> {
        if let answer = factAtHand(about: address) { return answer }
        let now = now()
        let keys = CachedAnswers<Kind>.Keys(address)
        let own = keys.all
        var reading = answers.reading(cache.valuesAtHand(for: own), keys, address, now: now)
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
