package import AuditCore
package import DNSResolver
internal import Locks

/// PTR names behind a lookup cache, so that a client whose names were asked for once costs no question while they hold.
///
/// What DNS says is kept as long as DNS says: 10 s at least, `longest` at most, and that there is no name an hour at most. Of
/// trouble, and of names longer than 2 KB together, nothing is kept, and what is kept already stays. Names of which a login makes use in the last fifth of their time
/// are asked for anew meanwhile, so that a client that is there all day waits once. The hosts file comes before all that, and
/// of its names nothing is kept. A cache that is down is an empty one.
package final class CachedNames: Lookup {
    /// Answers on their way into the cache: of one more nothing but this process's memory knows.
    private static let mostKept = 1024
    /// Questions that nobody waits for and that are under way at once: one more is not asked.
    private static let mostRefreshes = 8

    /// What ``run()`` does: keeps an answer, or asks anew. By reference: closures that capture values of 128 bits fail in debug
    /// builds of Swift 6.3.1.
    private final class Chore: Sendable {
        let address: IPAddress
        /// nil: asks anew.
        let entry: LookupCacheEntry?
        init(_ address: IPAddress, _ entry: LookupCacheEntry? = nil) { (self.address, self.entry) = (address, entry) }
    }

    private struct UnderWay {
        var kept = 0
        var refreshes: Set<IPAddress> = []
    }

    private let source: any NameSource
    private let cache: any LookupCache
    private let isOffline: Bool
    private let longest: Duration
    private let now: @Sendable () -> Timestamp
    private let inUse = AnswersInUse<PTRNames>()
    private let underWay = Mutex(UnderWay())
    private let chores: AsyncStream<Chore>
    private let submit: AsyncStream<Chore>.Continuation

    /// Reads from a cache, and asks where that has nothing.
    ///
    /// - Parameters:
    ///   - isOffline: Whether nobody may be asked: what is neither fixed nor kept is then unavailable (`offline`).
    ///   - longest: For how long names are kept at most, whatever DNS says; no more than a week.
    ///   - now: The clock by which answers age.
    package init(
        asking source: any NameSource, cache: any LookupCache, isOffline: Bool = false,
        longest: Duration = .seconds(86_400), now: @escaping @Sendable () -> Timestamp
    ) {
        (self.source, self.cache, self.isOffline, self.longest, self.now) = (source, cache, isOffline, longest, now)
        (chores, submit) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostKept + Self.mostRefreshes))
    }

    /// Keeps answers, and asks anew for names in use, until the surrounding task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await chore in chores {
                group.addTask {
                    if let entry = chore.entry {
                        // A cache that cannot be written costs another question, no more.
                        try? await self.cache.store([entry])
                    } else {
                        _ = await self.ask(chore.address)
                    }
                    self.finish(chore)
                }
            }
        }
    }

    /// The names of an address: those of the hosts file, else what is kept, with its age, else what DNS says, its trouble as
    /// it is.
    ///
    /// - Complexity: A lock and two steps for a client seen in the last quarter of an hour; else one round trip to the cache
    ///   and, if need be, one question.
    package func fact(about address: IPAddress) async -> Sourced<PTRNames> {
        if let atHand = factAtHand(about: address) { return atHand }
        let key = CacheKeys.names(of: address)
        // A cache that cannot be asked is as good as an empty one.
        if let values = try? await cache.values(for: [key]), let kept = take(values[key], address) { return kept }
        return isOffline ? Self.offline : await ask(address)
    }

    private static let offline = Sourced<PTRNames>(.unavailable(LookupError(.offline)), source: .none)

    /// The names, if they stand in the hosts file, or memory has them and they hold; and that nobody may be asked, if there is no
    /// more than memory.
    package func factAtHand(about address: IPAddress) -> Sourced<PTRNames>? {
        if let fixed = source.fixedName(of: address) { return Sourced(.known(fixed), source: .dns) }
        switch inUse.reading(for: address, at: now()) {
        case .answer(let answer, let endsSoon):
            if endsSoon { refresh(address) }
            return answer
        case .nothing:
            let key = CacheKeys.names(of: address)
            if let kept = take(cache.valuesAtHand(for: [key])[key], address) { return kept }
            // There is nobody to ask, and nowhere to look.
            return isOffline && cache.hasAllAtHand ? Self.offline : nil
        }
    }

    /// What is kept of an address, if it holds.
    private func take(_ bytes: [UInt8]?, _ address: IPAddress) -> Sourced<PTRNames>? {
        let now = now()
        guard let bytes, let stored = StoredForm.names(bytes, now: now) else { return nil }
        // Another process may have longer times.
        let settled = SettledAnswer(
            stored.value.fact, fetched: stored.fetched, lifetime: min(stored.value.lifetime, longest))
        guard let answer = settled.answer(at: now) else { return nil }
        if case .nothing(let drops) = inUse.reading(for: address, at: now) {
            inUse.keep(settled, for: address, size: bytes.count, readAt: now, drops: drops)
        }
        if settled.endsSoon(at: now) { refresh(address) }
        return answer
    }

    private func ask(_ address: IPAddress) async -> Sourced<PTRNames> {
        let answer = await source.answer(about: address)
        let now = now()
        if let stored = StoredNames(answer, atMost: longest), let bytes = StoredForm.bytes(stored, fetched: now) {
            let settled = SettledAnswer(stored.fact, fetched: now, lifetime: stored.lifetime)
            inUse.replace(settled, for: address, size: bytes.count, readAt: now)
            let key = CacheKeys.names(of: address)
            begin(Chore(address, LookupCacheEntry(key: key, value: bytes, lifetime: stored.lifetime)))
        }
        return Sourced(answer.fact, source: .dns)
    }

    /// Asks anew, for the cache alone, unless that is being done or too much else is.
    private func refresh(_ address: IPAddress) { if !isOffline { begin(Chore(address)) } }

    private func begin(_ chore: Chore) {
        let hasRoom = underWay.withLock { underWay in
            guard chore.entry != nil else {
                return underWay.refreshes.count < Self.mostRefreshes
                    && underWay.refreshes.insert(chore.address).inserted
            }
            guard underWay.kept < Self.mostKept else { return false }
            underWay.kept += 1
            return true
        }
        guard hasRoom else { return }
        if case .enqueued = submit.yield(chore) { return }
        finish(chore)
    }

    private func finish(_ chore: Chore) {
        underWay.withLock { underWay in
            if chore.entry == nil { underWay.refreshes.remove(chore.address) } else { underWay.kept -= 1 }
        }
    }
}
