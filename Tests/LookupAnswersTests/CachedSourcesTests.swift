import AuditCore
import AuditCoreTesting
import Locks
import LookupCaches
import Testing

@testable import LookupAnswers
@testable import Whois

struct CachedSourcesTests {
    /// Moments and instants that move when they are told to.
    final class HandClock: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now
        var now: Timestamp { Timestamp(milliseconds: 1_763_918_141_000).advanced(by: passed.withLock { $0 }) }
        var instant: ContinuousClock.Instant { start + passed.withLock { $0 } }
        func advance(by duration: Duration) { passed.withLock { $0 += duration } }
    }

    private let clock = HandClock()
    private let upstreams = ScriptedUpstreams()

    private func cache() -> InMemoryLookupCache { InMemoryLookupCache { [clock] in clock.instant } }

    private func sources(
        _ cache: any LookupCache, _ change: (inout CachedSources.Configuration) -> Void = { _ in }
    ) -> CachedSources {
        var configuration = CachedSources.Configuration()
        change(&configuration)
        return CachedSources(configuration, cache: cache, network: upstreams, origin: upstreams) { [clock] in clock.now
        }
    }

    private func running(_ sources: CachedSources, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await sources.run() }
            try await body()
            group.cancelAll()
        }
    }

    private func settle(_ sources: CachedSources) async {
        while sources.networksUnderWay.flights + sources.originsUnderWay.flights > 0 { await Task.yield() }
    }

    // MARK: Once asked

    @Test func `an answer names who gave it, and from the cache the time since`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.5.0/26"))
        upstreams.answer(client, .origin("198.18.0.0/16", [64500, 64501], name: "EXAMPLE, NL"))
        let sources = sources(cache())
        try await running(sources) {
            let network = await sources.networks.fact(about: client)
            #expect(network.value?.name == "NET-198.18.5.0/26")
            #expect((network.source, network.age) == (.rdap, .zero))
            let origin = await sources.origins.fact(about: client)
            #expect((origin.source, origin.age) == (.cymruDNS, .zero))
            await settle(sources)
            clock.advance(by: .seconds(100))
            let again = await sources.networks.fact(about: client)
            #expect(again == Sourced(network.fact, source: .cache, age: .seconds(100)))
            #expect(
                await sources.origins.fact(about: client) == Sourced(origin.fact, source: .cache, age: .seconds(100)))
            #expect(origin.value?.asNumbers == [64500, 64501])
        }
        #expect(upstreams.asked.count == 2)
    }

    /// What a second address costs after a first, and what it is told.
    @Test(arguments: [
        // An assignment stands for all its addresses.
        ("198.18.5.7", "198.18.4.0/22", true, "198.18.7.250", 1),
        ("2001:7f8:1::1", "2001:7f8::/32", true, "2001:7f8:ffff::9", 1),
        // But not for what is outside, be it in the same /24.
        ("198.18.5.7", "198.18.5.0/26", true, "198.18.5.64", 2),
        ("198.18.5.7", "198.18.5.4/30", true, "198.18.5.8", 2),
        // An allocation stands for the neighbourhood at most.
        ("198.18.5.7", "198.18.0.0/16", false, "198.18.5.250", 1),
        ("198.18.5.7", "198.18.0.0/16", false, "198.18.6.1", 2),
        ("198.18.5.7", "198.18.5.0/25", false, "198.18.5.200", 2),
        ("2001:7f8:1::1", "2001:7f8::/29", false, "2001:7f8:1:ffff::1", 1),
        ("2001:7f8:1::1", "2001:7f8::/29", false, "2001:7f8:2::1", 2),
        // Families are never mixed: the low bits are those of 198.18.5.7.
        ("198.18.5.7", "198.18.0.0/16", true, "2001:db9::c612:507", 2),
        // What the registry does not delimit is for the client alone.
        ("198.18.5.7", "", true, "198.18.5.8", 2),
        ("2001:7f8:1:2::1", "", true, "2001:7f8:1:2::2", 1),
        // An answer that does not hold the address, too.
        ("198.18.5.7", "203.0.112.0/24", true, "198.18.5.8", 2),
    ])
    func `a record is reused for another address only where it must hold`(
        first: String, block: String, isLeaf: Bool, second: String, questions: Int
    ) async throws {
        let (one, other) = (first, second)
        upstreams.answer(one, .network(block, isLeaf: isLeaf))
        upstreams.answer(other, .network("\(second)", isLeaf: true))
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.networks.fact(about: one).value?.name == "NET-\(block)")
            await settle(sources)
            let name = await sources.networks.fact(about: other).value?.name
            #expect(name == (questions == 1 ? "NET-\(block)" : "NET-\(second)"))
            #expect(upstreams.asked.count == questions)
            await settle(sources)
            // The first keeps its own.
            #expect(await sources.networks.fact(about: one).value?.name == "NET-\(block)")
            #expect(upstreams.asked.count == questions)
        }
    }

    @Test func `the most specific record wins, whichever was kept last`() async throws {
        let (customer, gap) = ("198.18.5.7", "198.18.5.200")
        upstreams.answer(customer, .network("198.18.5.0/28"))
        upstreams.answer(gap, .network("198.18.0.0/16", isLeaf: false))
        let sources = sources(cache())
        try await running(sources) {
            for address in [customer, gap] { _ = await sources.networks.fact(about: address) }
            await settle(sources)
            #expect(await sources.networks.fact(about: customer).value?.name == "NET-198.18.5.0/28")
            #expect(await sources.networks.fact(about: gap).value?.name == "NET-198.18.0.0/16")
        }
    }

    @Test func `an origin stands for the neighbourhood, since longer prefixes of others may lie in its own`()
        async throws
    {
        let texts = ["8.1.1.1", "8.1.1.77", "8.8.8.8"]
        let clients = texts
        upstreams.answer(clients[0], .origin("8.0.0.0/9", [3356], name: "LEVEL3"))
        upstreams.answer(clients[2], .origin("8.8.8.0/24", [15169], name: "GOOGLE"))
        let sources = sources(cache())
        try await running(sources) {
            for (client, number) in zip(clients, [3356, 3356, 15169] as [UInt32]) {
                #expect(await sources.origins.fact(about: client).value?.asNumbers == [number])
                await settle(sources)
            }
        }
        #expect(upstreams.asked == ["8.1.1.1", "8.8.8.8"])
    }

    // MARK: Names

    @Test func `an AS name is asked for once a week, and completes its origins`() async throws {
        let cache = cache()
        let sources = sources(cache)
        upstreams.name(64500, "EXAMPLE, NL")
        try await running(sources) {
            for (number, text) in ["198.18.5.7", "198.18.6.7", "198.18.7.7"].enumerated() {
                let client = text
                upstreams.answer(client, .origin("198.18.0.0/16", [64500, 64501]))
                if number == 2 { clock.advance(by: .seconds(8 * 86_400)) }
                #expect(await sources.origins.fact(about: client).value?.asName == "EXAMPLE, NL")
                await settle(sources)
            }
        }
        #expect(upstreams.askedNames == [64500, 64500])
    }

    @Test func `an origin whose name could not be had is completed soon`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .origin("198.18.0.0/16", [64500]))
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.origins.fact(about: client).value?.asName == nil)
            await settle(sources)
            upstreams.name(64500, "EXAMPLE, NL")
            clock.advance(by: .seconds(1000))
            #expect(await sources.origins.fact(about: client).value?.asNumbers == [64500])  // stale, at once
            await upstreams.waitUntilAsked(2)
            await settle(sources)
            #expect(await sources.origins.fact(about: client).value?.asName == "EXAMPLE, NL")
        }
    }

    @Test func `that an AS's name could not be had is told, and asked again after a minute`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .origin("198.18.0.0/16", [64500]))
        upstreams.name(64500, failing: LookupError(.timedOut))
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.origins.fact(about: client).value?.asNameTrouble?.code == .timedOut)
            await settle(sources)
            #expect(await sources.origins.fact(about: client).value?.asNameTrouble?.code == .timedOut)
            #expect(upstreams.asked.count == 1)
            upstreams.name(64500, "EXAMPLE, NL")
            clock.advance(by: .seconds(61))
            #expect(await sources.origins.fact(about: client).value?.asNumbers == [64500])
            await upstreams.waitUntilAsked(2)
            await settle(sources)
            let origin = await sources.origins.fact(about: client).value
            #expect(origin?.asName == "EXAMPLE, NL")
            #expect(origin?.asNameTrouble == nil)
        }
    }

    @Test func `that an AS has no name is no trouble`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .origin("198.18.0.0/16", [64500]))
        let sources = sources(cache())
        try await running(sources) {
            let origin = await sources.origins.fact(about: client).value
            #expect(origin?.asNumbers == [64500])
            #expect(origin?.asNameTrouble == nil)
        }
    }

    @Test func `a prefix that is not routed has no origin`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(
            client,
            Upstream(.known(OriginAnswer(facts: OriginFacts(country: "CO"), isRouted: false)), source: .cymruWhois))
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.origins.fact(about: client) == Sourced(.absent, source: .cymruWhois))
        }
    }

    // MARK: Staleness

    @Test func `a stale answer is given at once, marked by its age, and refreshed once`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.5.0/24"))
        let sources = sources(cache())
        try await running(sources) {
            _ = await sources.networks.fact(about: client)
            await settle(sources)
            clock.advance(by: .seconds(86_401))
            upstreams.fallSilent()
            for _ in 0..<20 {
                let stale = await sources.networks.fact(about: client)
                #expect(stale.value?.name == "NET-198.18.5.0/24")
                #expect((stale.source, stale.age) == (.cache, .seconds(86_401)))
            }
            await upstreams.waitUntilAsked(2)
            upstreams.answer(client, .network("198.18.0.0/20"))
            upstreams.speak()
            await settle(sources)
            // The wider record took the place of the longer one, too.
            let fresh = await sources.networks.fact(about: client)
            #expect(fresh == Sourced(.known(NetworkAnswer("198.18.0.0/20").facts), source: .cache))
        }
        #expect(upstreams.asked.count == 2)
    }

    @Test func `while nobody answers a stale answer stands for a week, and the question is not repeated for a minute`()
        async throws
    {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.5.0/24"))
        let sources = sources(cache())
        try await running(sources) {
            _ = await sources.networks.fact(about: client)
            await settle(sources)
            upstreams.answer(client, Upstream<NetworkAnswer>(.unavailable(LookupError(.unreachable)), source: .whois))
            clock.advance(by: .seconds(3 * 86_400))
            for _ in 0..<5 {
                #expect(await sources.networks.fact(about: client).value != nil)
                await settle(sources)
            }
            #expect(upstreams.asked.count == 2)
            clock.advance(by: .seconds(60))
            #expect(await sources.networks.fact(about: client).value != nil)
            await settle(sources)
            #expect(upstreams.asked.count == 3)
            clock.advance(by: .seconds(4 * 86_400))
            #expect(await sources.networks.fact(about: client).trouble?.code == .unreachable)
        }
    }

    // MARK: Failures

    @Test func `that there is no network is remembered for a quarter of an hour, for the client alone`() async throws {
        let (client, neighbour) = ("198.18.5.7", "198.18.5.8")
        for address in [client, neighbour] {
            upstreams.answer(address, Upstream<NetworkAnswer>(.absent, source: .rdap))
        }
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.networks.fact(about: client) == Sourced(.absent, source: .rdap))
            await settle(sources)
            clock.advance(by: .seconds(899))
            #expect(await sources.networks.fact(about: client) == Sourced(.absent, source: .cache, age: .seconds(899)))
            #expect(await sources.networks.fact(about: neighbour) == Sourced(.absent, source: .rdap))
            clock.advance(by: .seconds(1))
            #expect(await sources.networks.fact(about: client) == Sourced(.absent, source: .rdap))
        }
    }

    @Test func `that nobody answered is remembered for a minute, for the neighbourhood`() async throws {
        let (client, neighbour) = ("198.18.5.7", "198.18.5.8")
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.networks.fact(about: client).trouble?.code == .timedOut)
            await settle(sources)
            clock.advance(by: .seconds(59))
            let again = await sources.networks.fact(about: neighbour)
            #expect(again.trouble?.code == .timedOut)
            #expect((again.source, again.age) == (.cache, .seconds(59)))
            #expect(upstreams.asked.count == 1)
            clock.advance(by: .seconds(1))
            #expect(await sources.networks.fact(about: neighbour).source == .rdap)
        }
    }

    @Test func `that another registry knows is remembered for a quarter of an hour, for the neighbourhood`()
        async throws
    {
        let (client, neighbour) = ("198.18.5.7", "198.18.5.8")
        let elsewhere = LookupError(.registeredElsewhere, detail: "NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK")
        upstreams.answer(client, Upstream<NetworkAnswer>(.unavailable(elsewhere), source: .whois))
        let sources = sources(cache())
        try await running(sources) {
            #expect(await sources.networks.fact(about: client).trouble == elsewhere)
            await settle(sources)
            clock.advance(by: .seconds(899))
            #expect(await sources.networks.fact(about: neighbour).trouble?.code == .registeredElsewhere)
            #expect(upstreams.asked == [client])
            clock.advance(by: .seconds(1))
            _ = await sources.networks.fact(about: client)
            #expect(upstreams.asked == [client, client])
        }
    }

    @Test func `that there is no network any more takes the place of a stale answer`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.4.0/22"))
        let sources = sources(cache())
        try await running(sources) {
            _ = await sources.networks.fact(about: client)
            await settle(sources)
            upstreams.answer(client, Upstream<NetworkAnswer>(.absent, source: .rdap))
            clock.advance(by: .seconds(86_400))
            #expect(await sources.networks.fact(about: client).value?.name == "NET-198.18.4.0/22")
            await settle(sources)
            for _ in 0..<3 {
                #expect(await sources.networks.fact(about: client).fact == .absent)
                await settle(sources)
                clock.advance(by: .seconds(900))
            }
            #expect(upstreams.asked.count == 4)
        }
    }

    @Test(arguments: [LookupError.Code.rateLimited, .overloaded])
    func `what may be over at once is not remembered`(code: LookupError.Code) async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, Upstream<NetworkAnswer>(.unavailable(LookupError(code)), source: .rdap))
        let sources = sources(cache())
        try await running(sources) {
            for count in 1...3 {
                #expect(await sources.networks.fact(about: client).trouble?.code == code)
                await settle(sources)
                #expect(upstreams.asked.count == count)
            }
        }
    }

    @Test func `a question that was broken off says nothing about its upstream`() async throws {
        let client = "198.18.5.7"
        let cache = cache()
        let sources = sources(cache)
        upstreams.fallSilent()
        async let fact = sources.networks.fact(about: client)
        try await running(sources) { await upstreams.waitUntilAsked(1) }
        #expect(await fact.trouble != nil)
        #expect(try await cache.values(for: CachedAnswers<NetworkKind>.Keys(#require(IPAddress(client))).all) == [:])
        // Nobody asks any more.
        #expect(await sources.networks.fact(about: client).trouble?.code == .unreachable)
    }

    @Test func `a cache that fails is an empty one`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.5.0/24"))
        let cache = cache()
        cache.fail(with: LookupError(.unreachable))
        let sources = sources(cache)
        try await running(sources) {
            for _ in 0..<2 {
                #expect(await sources.networks.fact(about: client).source == .rdap)
                await settle(sources)
            }
        }
        #expect(upstreams.asked.count == 2)
    }

    @Test func `offline, with a cache in memory, what is not kept is at hand as what nobody can say`() throws {
        let offline = CachedSources(offlineFrom: MemoryLookupCache()) { [clock] in clock.now }
        let stranger = try #require(IPAddress("198.18.9.9"))
        #expect(offline.networks.factAtHand(about: stranger)?.fact == .unavailable(LookupError(.offline)))
        #expect(offline.origins.factAtHand(about: stranger)?.fact == .unavailable(LookupError(.offline)))
        // A cache elsewhere may have it.
        let behind = CachedSources(offlineFrom: cache()) { [clock] in clock.now }
        #expect(behind.networks.factAtHand(about: stranger) == nil)
    }

    @Test func `offline, nothing is sent, ever`() async throws {
        let (client, stranger) = ("198.18.5.7", "198.18.9.9")
        upstreams.answer(client, .network("198.18.5.0/24"))
        let cache = cache()
        let online = sources(cache)
        try await running(online) {
            _ = await online.networks.fact(about: client)
            await settle(online)
        }
        let offline = CachedSources(offlineFrom: cache) { [clock] in clock.now }
        clock.advance(by: .seconds(2 * 86_400))
        #expect(await offline.networks.fact(about: client).value?.name == "NET-198.18.5.0/24")
        #expect(await offline.networks.fact(about: stranger).fact == .unavailable(LookupError(.offline)))
        #expect(await offline.origins.fact(about: client).fact == .unavailable(LookupError(.offline)))
        await offline.run()  // there is nothing to do
        #expect(upstreams.asked.count == 1)
    }

    // MARK: Coalescing and bounds

    @Test func `fifty logins at once from one neighbourhood cost one question of each kind`() async throws {
        let first = "198.18.5.1"
        upstreams.answer(first, .network("198.18.0.0/16", isLeaf: false))
        upstreams.answer(first, .origin("198.18.0.0/16", [64500], name: "EXAMPLE"))
        upstreams.fallSilent()
        let sources = sources(cache())
        try await running(sources) {
            async let one = sources.networks.fact(about: first)
            async let other = sources.origins.fact(about: first)
            await upstreams.waitUntilAsked(2)
            let names = await withTaskGroup(of: [String?].self) { group in
                for host in 2...50 {
                    group.addTask {
                        let address = "198.18.5.\(host)"
                        async let network = sources.networks.fact(about: address)
                        async let origin = sources.origins.fact(about: address)
                        return await [network.value?.name, origin.value?.asName]
                    }
                }
                while sources.networksUnderWay.askers + sources.originsUnderWay.askers < 100 { await Task.yield() }
                upstreams.speak()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(names == Array(repeating: ["NET-198.18.0.0/16", "EXAMPLE"], count: 49))
            #expect(await [one.value?.name, other.value?.asName] == ["NET-198.18.0.0/16", "EXAMPLE"])
        }
        #expect(upstreams.asked == ["198.18.5.1", "198.18.5.1"])
    }

    @Test func `neighbours of other customers get their own answers, one question after the other`() async throws {
        let texts = (0..<16).map { "198.18.5.\($0 * 16 + 3)" }
        for (number, text) in texts.enumerated() {
            upstreams.answer(text, .network("198.18.5.\(number / 4 * 64)/26"))
        }
        upstreams.fallSilent()
        let sources = sources(cache())
        try await running(sources) {
            await withTaskGroup(of: Void.self) { group in
                for (number, text) in texts.enumerated() {
                    group.addTask {
                        let name = await sources.networks.fact(about: text).value?.name
                        #expect(name == "NET-198.18.5.\(number / 4 * 64)/26")
                    }
                }
                while sources.networksUnderWay.askers < 16 { await Task.yield() }
                #expect(sources.networksUnderWay.flights == 1)
                #expect(upstreams.asked.count <= 1)
                upstreams.speak()
            }
        }
        #expect(upstreams.asked.count == 4)
    }

    @Test func `who is cancelled leaves at once, and the flight still fills the cache`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.5.0/24"))
        upstreams.fallSilent()
        let sources = sources(cache())
        try await running(sources) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { #expect(await sources.networks.fact(about: client).trouble?.code == .timedOut) }
                await upstreams.waitUntilAsked(1)
                group.cancelAll()
            }
            #expect(sources.networksUnderWay == (1, 0))
            upstreams.speak()
            await settle(sources)
            #expect(await sources.networks.fact(about: client).source == .cache)
        }
        #expect(upstreams.asked.count == 1)
    }

    @Test func `a thousand new networks with a silent upstream stay within the bounds`() async throws {
        upstreams.fallSilent()
        let sources = sources(cache()) { ($0.flights, $0.askers) = (100, 120) }
        try await running(sources) {
            await withTaskGroup(of: LookupError.Code?.self) { group in
                for number in 0..<1000 {
                    let address = "45.\(number / 256).\(number % 256).1"
                    group.addTask { await sources.networks.fact(about: address).trouble?.code }
                }
                // All but those who wait are refused at once.
                for _ in 0..<900 { #expect(await group.next() == .overloaded) }
                #expect(sources.networksUnderWay == (100, 100))
                // Others of the neighbourhoods that are asked about may wait, up to their own bound.
                for number in 0..<20 {
                    let address = "45.\(number / 256).\(number % 256).2"
                    group.addTask { await sources.networks.fact(about: address).trouble?.code }
                }
                var more = 0
                while sources.networksUnderWay.askers < 120, more < 1000 {
                    // Their neighbourhood may be among those refused: ask about the next.
                    let address = "45.\(more / 256).\(more % 256).3"
                    more += 1
                    group.addTask { await sources.networks.fact(about: address).trouble?.code }
                    await Task.yield()
                }
                while sources.networksUnderWay.askers < 120 { await Task.yield() }
                #expect(sources.networksUnderWay.flights == 100)
                upstreams.speak()
                for await code in group { #expect(code == .timedOut || code == .overloaded) }
            }
            await settle(sources)
            #expect(sources.networksUnderWay == (0, 0))
        }
    }

    @Test func `what memory has is given without asking the store behind it`() async throws {
        let client = "198.18.5.7"
        upstreams.answer(client, .network("198.18.5.0/24"))
        let behind = cache()
        let clock = clock
        let tiers = TieredLookupCache(memory: MemoryLookupCache { clock.instant }, behind: behind) { clock.instant }
        let sources = sources(tiers)
        try await running(sources) {
            _ = await sources.networks.fact(about: client)
            await settle(sources)
        }
        // Another process, another memory.
        let others = TieredLookupCache(memory: MemoryLookupCache { clock.instant }, behind: behind) { clock.instant }
        let offline = CachedSources(offlineFrom: others) { clock.now }
        #expect(await offline.networks.fact(about: client).value?.name == "NET-198.18.5.0/24")
        behind.fail(with: LookupError(.timedOut))
        #expect(await offline.networks.fact(about: client).value?.name == "NET-198.18.5.0/24")
        #expect(tiers.isWhole && others.isWhole)
    }
}
