internal import AuditCore
internal import Whois

/// Asks who announces an address, and says what is to be kept of the answer.
struct OriginQuestions: FlightUpstream {
    /// How long an AS name is kept.
    private static let nameLifetime: Duration = .seconds(7 * 86_400)

    let upstream: any OriginUpstream
    /// Where AS names are kept.
    let cache: any LookupCache
    let keepFor: Duration
    let now: @Sendable () -> Timestamp

    func result(of question: FlightQuestion) async -> FlightResult<OriginFacts> {
        let found = await upstream.origin(of: question.address)
        // Not routed: nobody announces it.
        guard var answer = found.fact.value, answer.isRouted else {
            return FlightResult(nothingFrom: found, OriginKind.self, question, at: now())
        }
        var entries: [LookupCacheEntry] = []
        if answer.facts.asName == nil, let number = answer.facts.asNumbers.first {
            let name: Fact<String>
            (name, entries) = await self.name(ofAS: number)
            answer.facts.asName = name.value
            answer.facts.asNameTrouble = name.error
        }
        let reach = Reach.origin(answer, around: question.address)
        // That we did not ask is nothing to remember.
        if answer.facts.asNameTrouble?.isOurs != true {
            entries += question.entries(
                OriginKind.self, StoredForm.bytes(answer.facts, fetched: now()), reach, lifetime: keepFor)
        }
        return FlightResult(answer: Sourced(.known(answer.facts), source: found.source), reach: reach, entries: entries)
    }

    /// The name, kept or asked for.
    private func name(ofAS number: UInt32) async -> (name: Fact<String>, entries: [LookupCacheEntry]) {
        let key = CacheKeys.name(ofAS: number)
        if let kept = await value(of: key), let name = StoredForm.asName(kept, now: now()) { return (.known(name), []) }
        let fact = await upstream.name(ofAS: number)
        guard let name = fact.value, let bytes = StoredForm.bytes(asName: name, fetched: now()) else {
            return (fact, [])
        }
        return (fact, [LookupCacheEntry(key: key, value: bytes, lifetime: Self.nameLifetime)])
    }

    /// A value, from memory if it is there.
    private func value(of key: String) async -> [UInt8]? {
        if let value = cache.valuesAtHand(for: [key])[key] { return value }
        return try? await cache.values(for: [key])[key]
    }
}
