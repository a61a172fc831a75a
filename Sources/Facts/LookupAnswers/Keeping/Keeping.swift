internal import AuditCore
internal import Whois

extension FlightQuestion {
    /// What is to be kept of an answer: under its reach, and under the block of the answer that it takes the place of.
    func entries(
        _ kind: (some CachedKind).Type, _ bytes: [UInt8]?, _ reach: IPPrefix, lifetime: Duration
    ) -> [LookupCacheEntry] {
        guard let bytes else { return [] }
        // A longer block is found first, so that what is kept there must not stay as it is.
        let replaced = outdated.flatMap { $0.length > reach.length ? $0 : nil }
        return [reach, replaced].compactMap(\.self).map {
            LookupCacheEntry(key: CacheKeys.answer(kind.word, $0), value: bytes, lifetime: lifetime)
        }
    }
}

extension FlightResult {
    /// What comes of an upstream that has no answer.
    convenience init(
        nothingFrom found: Upstream<some Sendable>, _ kind: (some CachedKind).Type, _ question: FlightQuestion,
        at now: Timestamp
    ) {
        let error: LookupError? = if case .unavailable(let error) = found.fact { error } else { nil }
        // That there is nothing is said of the address alone; trouble is trouble for all its neighbours.
        let reach = error == nil ? Reach.client(question.address) : Reach.neighbourhood(of: question.address)
        // A question that was broken off says nothing about the upstream.
        let negative = error.map { Task.isCancelled ? nil : Negative($0) } ?? .absent
        var entries: [LookupCacheEntry] = []
        if let negative, let bytes = StoredForm.bytes(negative, fetched: now) {
            var keys = [CacheKeys.negative(kind.word, reach)]
            // What is not there any more must not be found again once this is forgotten: under the key of an answer it
            // is none.
            if negative == .absent, let outdated = question.outdated {
                keys.append(CacheKeys.answer(kind.word, outdated))
            }
            entries = keys.map { LookupCacheEntry(key: $0, value: bytes, lifetime: negative.lifetime) }
        }
        let fact: Fact<Value> = if let error { .unavailable(error) } else { .absent }
        self.init(answer: Sourced(fact, source: found.source), reach: reach, entries: entries)
    }
}
