import AuditCore
import AuditCoreTesting
import DNSResolver
import Locks
import LookupCaches
import TestKit
import Testing

@testable import LookupAnswers

/// PTR names, kept as long as DNS says.
@Suite(.timeLimit(.minutes(5)))
struct CachedNamesTests {
    /// Answers from a table, and remembers what it was asked.
    private final class ScriptedNames: NameSource {
        private struct State {
            var answers: [IPAddress: NameAnswer] = [:]
            var asked: [IPAddress] = []
        }
        private let state = Mutex(State())
        let fixed: [IPAddress: PTRNames]
        init(fixed: [IPAddress: PTRNames] = [:]) { self.fixed = fixed }
        var asked: [IPAddress] { state.withLock { $0.asked } }
        func answer(_ address: IPAddress, _ fact: Fact<PTRNames>, for seconds: Int) {
            state.withLock { $0.answers[address] = NameAnswer(fact, lifetime: .seconds(seconds)) }
        }
        func fixedName(of address: IPAddress) -> PTRNames? { fixed[address] }
        func answer(about address: IPAddress) async -> NameAnswer {
            state.withLock { state in
                state.asked.append(address)
                return state.answers[address]
                    ?? NameAnswer(.unavailable(LookupError(.timedOut)), lifetime: .seconds(60))
            }
        }
    }

    private let clock = CachedSourcesTests.HandClock()
    private let source = ScriptedNames()
    private let client = IPAddress(v4: 0xC612_0507)

    private func cache() -> InMemoryLookupCache { InMemoryLookupCache { [clock] in clock.instant } }

    private func names(_ cache: any LookupCache, isOffline: Bool = false) -> CachedNames {
        CachedNames(asking: source, cache: cache, isOffline: isOffline) { [clock] in clock.now }
    }

    private func running(_ names: CachedNames, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await names.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test(arguments: [Fact<PTRNames>.known("a.example.net"), .absent])
    func `an answer is given as long as it holds, with its age, and then asked for again`(fact: Fact<PTRNames>)
        async throws
    {
        source.answer(client, fact, for: 300)
        let names = names(cache())
        #expect(names.factAtHand(about: client) == nil)
        #expect(await names.fact(about: client) == Sourced(fact, source: .dns))
        clock.advance(by: .seconds(200))
        #expect(names.factAtHand(about: client) == Sourced(fact, source: .cache, age: .seconds(200)))
        #expect(await names.fact(about: client) == Sourced(fact, source: .cache, age: .seconds(200)))
        #expect(source.asked.count == 1)
        clock.advance(by: .seconds(100))
        #expect(names.factAtHand(about: client) == nil)
        #expect(await names.fact(about: client).source == .dns)
        #expect(source.asked.count == 2)
    }

    @Test func `other processes, and those after a restart, are told what was kept`() async throws {
        let cache = cache()
        source.answer(client, .known("a.example.net"), for: 86_400)
        let first = names(cache)
        try await running(first) {
            _ = await first.fact(about: client)
            while try await cache.values(for: [CacheKeys.names(of: client)]).isEmpty { await Task.yield() }
        }
        clock.advance(by: .seconds(1000))
        let expected = Sourced<PTRNames>(.known("a.example.net"), source: .cache, age: .seconds(1000))
        #expect(await names(cache).fact(about: client) == expected)
        #expect(await names(cache, isOffline: true).fact(about: client) == expected)
        #expect(source.asked.count == 1)
        let other = await names(cache, isOffline: true).fact(about: IPAddress(v4: 0xC612_0508))
        #expect(other == Sourced(.unavailable(LookupError(.offline)), source: .none))
        #expect(source.asked.count == 1)
    }

    @Test func `names in use are asked for anew before they end, once, and nobody waits`() async throws {
        source.answer(client, .known("old.example.net"), for: 1000)
        let names = names(cache())
        try await running(names) {
            _ = await names.fact(about: client)
            clock.advance(by: .seconds(799))
            _ = names.factAtHand(about: client)
            #expect(source.asked.count == 1)
            source.answer(client, .known("new.example.net"), for: 1000)
            clock.advance(by: .seconds(1))
            #expect(names.factAtHand(about: client)?.value == "old.example.net")
            await waitUntil { names.factAtHand(about: client)?.value == "new.example.net" }
            #expect(source.asked.count == 2)
            clock.advance(by: .seconds(500))
            #expect(names.factAtHand(about: client)?.age == .seconds(500))
        }
    }

    @Test func `of trouble nothing is kept, and what is kept outlives it`() async throws {
        let names = names(cache())
        for _ in 0..<2 { #expect(await names.fact(about: client).fact == .unavailable(LookupError(.timedOut))) }
        #expect(source.asked.count == 2)
        source.answer(client, .known("a.example.net"), for: 1000)
        try await running(names) {
            _ = await names.fact(about: client)
            source.answer(client, .unavailable(LookupError(.serverFailure)), for: 0)
            clock.advance(by: .seconds(810))
            #expect(names.factAtHand(about: client)?.value == "a.example.net")
            await waitUntil { source.asked.count == 4 }
            clock.advance(by: .seconds(89))
            #expect(names.factAtHand(about: client)?.age == .seconds(899))
            clock.advance(by: .seconds(100))
            #expect(await names.fact(about: client).age == .seconds(999))
            clock.advance(by: .seconds(1))
            #expect(names.factAtHand(about: client) == nil)
            #expect(await names.fact(about: client).fact == .unavailable(LookupError(.serverFailure)))
        }
    }

    /// What DNS says of an address, in seconds, and for how long that is kept.
    @Test(arguments: [
        (Fact<PTRNames>.known("a.example.net"), 0, 86_400, 10), (.known("a.example.net"), 9, 86_400, 10),
        (.known("a.example.net"), 11, 86_400, 11), (.known("a.example.net"), 86_401, 86_400, 86_400),
        (.known("a.example.net"), 1 << 31, 1 << 31, 604_800), (.known("a.example.net"), 300, 5, 5),
        (.absent, 0, 86_400, 10), (.absent, 900, 86_400, 900), (.absent, 86_400, 86_400, 3600),
        (.absent, 900, 600, 600),
    ])
    func `there is a floor and a ceiling`(fact: Fact<PTRNames>, said: Int, longest: Int, kept: Int) async {
        source.answer(client, fact, for: said)
        let names = CachedNames(asking: source, cache: cache(), longest: .seconds(longest)) { [clock] in clock.now }
        #expect(await names.fact(about: client) == Sourced(fact, source: .dns))
        // Memory's table alone gives an answer for a quarter of an hour at most.
        let stored = StoredNames(NameAnswer(fact, lifetime: .seconds(said)), atMost: .seconds(longest))
        #expect(stored == StoredNames(names: fact.value, lifetime: .seconds(kept)))
        clock.advance(by: .seconds(min(kept, 900)) - .milliseconds(1))
        #expect(await names.fact(about: client).source == .cache)
        clock.advance(by: .milliseconds(1))
        if kept <= 900 { #expect(await names.fact(about: client).source == .dns) }
    }

    @Test func `of names without end nothing is kept, and what is kept already stays`() async throws {
        let label = String(repeating: "a", count: 63)
        let long = (0..<16).map { "\($0).\(label).\(label).\(label)" }
        let usual = try #require(PTRNames((0..<16).map { "\($0).\(label).example.net" }))
        let names = names(cache())
        source.answer(client, .known(usual), for: 100)
        _ = await names.fact(about: client)
        #expect(names.factAtHand(about: client)?.value == usual)
        source.answer(client, PTRNames(long).map { .known($0) } ?? .absent, for: 86_400)
        try await running(names) {
            clock.advance(by: .seconds(90))
            #expect(names.factAtHand(about: client)?.value == usual)
            await waitUntil { source.asked.count == 2 }
            clock.advance(by: .seconds(10))
            for _ in 0..<2 { #expect(await names.fact(about: client).source == .dns) }
        }
        let texts = long.map { "\"\($0)\"" }.joined(separator: ",")
        let text = #"{"v":1,"fetched":\#(clock.now.milliseconds),"ttl":60,"names":[\#(texts)]}"#
        #expect(StoredForm.names(Array(text.utf8), now: clock.now) == nil)
    }

    @Test func `with nothing to be kept nothing is`() async {
        source.answer(client, .known("a.example.net"), for: 300)
        let names = CachedNames(asking: source, cache: cache(), longest: .zero) { [clock] in clock.now }
        for _ in 0..<2 { #expect(await names.fact(about: client).source == .dns) }
    }

    @Test func `what others keep for longer is used for as long as our own`() async throws {
        let cache = cache()
        let text = #"{"v":1,"fetched":\#(clock.now.milliseconds),"ttl":604800,"names":["a.example.net"]}"#
        try await cache.store([
            LookupCacheEntry(
                key: CacheKeys.names(of: client), value: Array(text.utf8), lifetime: .seconds(604_800))
        ])
        clock.advance(by: .seconds(86_399))
        #expect(await names(cache).fact(about: client).age == .seconds(86_399))
        clock.advance(by: .seconds(1))
        #expect(await names(cache).fact(about: client).fact == .unavailable(LookupError(.timedOut)))
    }

    @Test func `no more than eight questions that nobody waits for are under way`() async throws {
        let clients = (0..<100).map { IPAddress(v4: 0xC612_0500 + $0) }
        for client in clients { source.answer(client, .known("a.example.net"), for: 100) }
        let names = names(cache())
        for client in clients { _ = await names.fact(about: client) }
        clock.advance(by: .seconds(90))
        for client in clients { #expect(names.factAtHand(about: client) != nil) }
        // They wait for `run()`, and so do answers that are to be kept.
        try await running(names) { await waitUntil { source.asked.count == 108 } }
        #expect(source.asked.count == 108)
    }

    @Test func `where nobody may be asked, and memory is all there is, that is said at once`() async throws {
        let memory = MemoryLookupCache { [clock] in clock.instant }
        let offline = Sourced<PTRNames>(.unavailable(LookupError(.offline)), source: .none)
        #expect(names(memory, isOffline: true).factAtHand(about: client) == offline)
        #expect(names(cache(), isOffline: true).factAtHand(about: client) == nil, "somebody else may know")
        #expect(names(memory).factAtHand(about: client) == nil)
        source.answer(client, .known("a.example.net"), for: 300)
        let asking = names(memory)
        try await running(asking) {
            _ = await asking.fact(about: client)
            await waitUntil { !memory.valuesAtHand(for: [CacheKeys.names(of: client)]).isEmpty }
        }
        clock.advance(by: .seconds(1))
        #expect(names(memory, isOffline: true).factAtHand(about: client)?.value == "a.example.net")
        #expect(source.asked.count == 1)
    }

    @Test func `names keep the contract of lookups`() async throws {
        let unknown = IPAddress(v4: 0xC612_0508), nameless = IPAddress(v4: 0xC612_0509)
        source.answer(client, .known("a.example.net"), for: 300)
        source.answer(nameless, .absent, for: 300)
        try await LookupContract(about: [client, nameless, unknown]) { names(cache()) }.run()
    }

    @Test func `names are kept a day at most, and that there is none an hour`() async throws {
        let (named, nameless) = (IPAddress(v4: 0xC612_0508), IPAddress(v4: 0xC612_0509))
        source.answer(named, .known("a.example.net"), for: 1 << 40)
        source.answer(nameless, .absent, for: 86_400)
        let cache = cache()
        let names = names(cache)
        try await running(names) {
            for address in [named, nameless] { _ = await names.fact(about: address) }
            let keys = [named, nameless].map { CacheKeys.names(of: $0) }
            while try await cache.values(for: keys).count < 2 { await Task.yield() }
        }
        clock.advance(by: .seconds(3599))
        #expect(await names.fact(about: nameless) == Sourced(.absent, source: .cache, age: .seconds(3599)))
        clock.advance(by: .seconds(1))
        #expect(await names.fact(about: nameless).source == .dns)
        clock.advance(by: .seconds(82_799))
        #expect(await names.fact(about: named).age == .seconds(86_399))
        clock.advance(by: .seconds(1))
        #expect(await names.fact(about: named).source == .dns)
    }

    @Test func `a cache that is down is an empty one, and the hosts file comes first`() async throws {
        let cache = cache()
        cache.fail(with: LookupError(.unreachable))
        source.answer(client, .known("a.example.net"), for: 300)
        #expect(await names(cache).fact(about: client).value == "a.example.net")
        let source = ScriptedNames(fixed: [client: "router"])
        let fixed = CachedNames(asking: source, cache: cache) { [clock] in clock.now }
        #expect(fixed.factAtHand(about: client) == Sourced(.known("router"), source: .dns))
        #expect(await fixed.fact(about: client).value == "router")
        #expect(source.asked.isEmpty)
    }

    @Test(arguments: [
        "", "{", "{}", #"{"v":2,"fetched":1763918141000,"ttl":60,"names":["a"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":0,"names":["a"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":"a"}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":["a b"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":["a\u001b[1m"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":[""]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":[1]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":99999999999,"names":["a"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":-60,"names":["a"]}"#,
        #"{"v":1,"fetched":1763918141000,"names":["a"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60}"#,
        #"{"v":1,"fetched":1763925341001,"ttl":60,"names":["a"]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":[\#((0..<17).map { "\"\($0)\"" }.joined(separator: ","))]}"#,
        #"{"v":1,"fetched":1763918141000,"ttl":60,"names":["\#(String(repeating: "a", count: 1025))"]}"#,
    ])
    func `a value of another form counts as none`(text: String) {
        #expect(StoredForm.names(Array(text.utf8), now: clock.now) == nil)
    }
}
