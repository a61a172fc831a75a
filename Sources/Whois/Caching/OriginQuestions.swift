internal import AuditCore

/// Asks who announces an address, and says what is to be kept of the answer.
struct OriginQuestions: FlightAnswers {
    /// How long an AS name is kept.
    private static let nameLifetime: Duration = .seconds(7 * 86_400)

    let upstream: any OriginUpstream
    /// Where AS names are kept.
    let cache: any LookupCache
    let keepFor: Duration
    let now: @Sendable () -> Timestamp

    func landing(of question: FlightQuestion) async -> Landing<OriginFacts> {
        let found = await upstream.origin(of: question.address)
        // Not routed: nobody announces it.
        guard var answer = found.fact.value, answer.isRouted else {
            return Landing(nothingFrom: found, OriginKind.self, question, at: now())
        }
        var nameEntries: [LookupCacheEntry] = []
        if answer.facts.asName == nil, let number = answer.facts.asNumbers.first {
            (answer.facts.asName, nameEntries) = await name(ofAS: number)
        }
        let reach = Reach.origin(answer, around: question.address)
        let entries = question.entries(
            OriginKind.self, StoredForm.bytes(answer.facts, fetched: now()), reach, lifetime: keepFor)
        return Landing(
            answer: Sourced(.known(answer.facts), source: found.source), reach: reach, entries: nameEntries + entries)
    }

    /// The name, kept or asked for; nil if it cannot be had.
    private func name(ofAS number: UInt32) async -> (name: String?, entries: [LookupCacheEntry]) {
        let key = CacheKeys.name(ofAS: number)
        if let kept = await value(of: key), let name = StoredForm.asName(kept, now: now()) { return (name, []) }
        guard let name = await upstream.name(ofAS: number) else { return (nil, []) }
        guard let bytes = StoredForm.bytes(asName: name, fetched: now()) else { return (name, []) }
        return (name, [LookupCacheEntry(key: key, value: bytes, lifetime: Self.nameLifetime)])
    }

    /// A value, from memory if it is there.
    private func value(of key: String) async -> [UInt8]? {
        if let value = cache.valuesAtHand(for: [key])[key] { return value }
        return try? await cache.values(for: [key])[key]
    }
}
