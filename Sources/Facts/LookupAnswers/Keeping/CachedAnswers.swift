internal import AuditCore

/// How facts of one kind are kept, and how their upstream is asked.
protocol CachedKind: Sendable {
    /// The facts.
    associatedtype Value: Sendable
    /// The word in the keys: `net`, `pfx`.
    static var word: StaticString { get }
    /// The blocks around an address under which an answer may be kept, the longest first.
    static func blocks(around address: IPAddress) -> [IPPrefix]
    /// Reads what is kept.
    static func read(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<Value>?
    /// Takes what the old program kept; nil if that says nothing about the address.
    static func take(_ entry: OldEntry) -> Value?
    /// For how long an answer counts as fresh at most, whatever the settings.
    static func freshness(of value: Value) -> Duration?
}

/// What is known of an address without asking anybody.
struct CachedReading<Value: Sendable> {
    /// The answer; nil if none is kept.
    var answer: Sourced<Value>?
    /// The same, if it need not be asked for again and it is known for how long.
    var settled: SettledAnswer<Value>?
    /// The block under which an answer is kept that is to be asked for again now.
    var outdated: IPPrefix?

    init(_ answer: Sourced<Value>? = nil, outdated: IPPrefix? = nil) {
        (self.answer, self.outdated) = (answer, outdated)
    }

    /// nil if the answer is too old to be settled.
    init?(_ settled: SettledAnswer<Value>, at now: Timestamp) {
        guard let answer = settled.answer(at: now) else { return nil }
        (self.answer, self.settled) = (answer, settled)
    }
}

/// Reads what a lookup cache holds of an address.
struct CachedAnswers<Kind: CachedKind>: Sendable {
    let configuration: CachedSources.Configuration

    /// The keys of ours that may hold something about an address.
    struct Keys {
        let blocks: [(key: String, block: IPPrefix)]
        let negative: [String]
        var all: [String] { blocks.map(\.key) + negative }

        init(_ address: IPAddress) {
            blocks = Kind.blocks(around: address).map { (CacheKeys.answer(Kind.word, $0), $0) }
            negative = [Reach.client(address), Reach.neighbourhood(of: address)].map {
                CacheKeys.negative(Kind.word, $0)
            }
        }
    }

    /// What the values say.
    ///
    /// In this order: the answer of the longest block, if it is fresh; that there is none; what the old program kept, the
    /// longest prefix first; the answer, if it is not yet too old, to be refreshed unless the upstream failed a moment ago;
    /// that it failed.
    func reading(
        _ values: [String: [UInt8]], _ keys: Keys, old: [(key: String, prefix: IPPrefix)] = [], _ address: IPAddress,
        now: Timestamp
    ) -> CachedReading<Kind.Value> {
        let kept = longest(values, keys, now: now)
        if let kept, let fresh = CachedReading(settled(kept.stored), at: now) { return fresh }
        let negatives = keys.negative.compactMap { key in
            values[key].flatMap { StoredForm.negative($0, now: now) }
        }.filter { $0.age(at: now) < $0.value.lifetime }
        if let absent = negatives.first(where: { $0.value == .absent }),
            let reading = CachedReading(settled(absent, as: .absent), at: now)
        {
            return reading
        }
        for (key, prefix) in old {
            guard let entry = values[key].flatMap({ OldEntry($0, under: prefix, for: address) }),
                let value = Kind.take(entry)
            else { continue }
            // It was kept for `cache_ttl` at most; since when is not known.
            return CachedReading(Sourced(.known(value), source: .cache, age: configuration.freshFor))
        }
        if let kept {
            let stale = Sourced(.known(kept.stored.value), source: .cache, age: kept.stored.age(at: now))
            return CachedReading(stale, outdated: negatives.isEmpty ? kept.block : nil)
        }
        guard let trouble = negatives.first, let error = trouble.value.error else { return CachedReading() }
        return CachedReading(settled(trouble, as: .unavailable(error)), at: now) ?? CachedReading()
    }

    private func longest(
        _ values: [String: [UInt8]], _ keys: Keys, now: Timestamp
    ) -> (stored: StoredAnswer<Kind.Value>, block: IPPrefix)? {
        for (key, block) in keys.blocks {
            guard let stored = values[key].flatMap({ Kind.read($0, now: now) }) else { continue }
            if stored.age(at: now) < configuration.keepFor { return (stored, block) }
        }
        return nil
    }

    private func settled(_ stored: StoredAnswer<Kind.Value>) -> SettledAnswer<Kind.Value> {
        let freshFor = min(configuration.freshFor, Kind.freshness(of: stored.value) ?? configuration.freshFor)
        return SettledAnswer(.known(stored.value), fetched: stored.fetched, lifetime: freshFor)
    }

    private func settled(
        _ stored: StoredAnswer<Negative>, as fact: Fact<Kind.Value>
    ) -> SettledAnswer<Kind.Value> {
        SettledAnswer(fact, fetched: stored.fetched, lifetime: stored.value.lifetime)
    }
}
