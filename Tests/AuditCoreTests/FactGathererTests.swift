import AuditCore
import AuditCoreTesting
import Locks
import Testing

struct FactGathererTests {
    /// A source that answers when it is told to.
    private final class GatedSource: Sendable {
        private let gate = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))
        private let asked = Mutex(0)

        var count: Int { asked.withLock { $0 } }

        func open() {
            let waiting = gate.withLock { gate in
                gate.isOpen = true
                let waiting = gate.waiting
                gate.waiting = []
                return waiting
            }
            for continuation in waiting { continuation.resume() }
        }

        private func pass() async {
            asked.withLock { $0 += 1 }
            await withCheckedContinuation { continuation in
                let isOpen = gate.withLock { gate in
                    if !gate.isOpen { gate.waiting.append(continuation) }
                    return gate.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        private func lookup<Value>(_ answer: Sourced<Value>) -> ScriptedLookup<Value> {
            ScriptedLookup { _ in
                await self.pass()
                return answer
            }
        }
        var names: ScriptedLookup<PTRNames> { lookup(Sourced(.known("host.example.com"), source: .dns)) }
        var network: ScriptedLookup<NetworkFacts> { lookup(Sourced(.known(NetworkFacts(name: "NET")), source: .rdap)) }
        var origin: ScriptedLookup<OriginFacts> { lookup(Sourced(.absent, source: .cymruDNS)) }
    }

    /// A source that has its answer in memory, and must not be asked for it.
    private func memory<Value>(_ value: Value, _ source: FactSource) -> ScriptedLookup<Value> {
        ScriptedLookup(atHand: { _ in Sourced(.known(value), source: source) }) { _ in Sourced(.absent, source: .none) }
    }

    private func facts(_ text: String) throws -> Facts {
        let address: IPAddress = try #require(IPAddress(text))
        return Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "here")
    }

    private func running(
        gatherings: Int = 16, _ body: (FactGatherer) async throws -> Void
    ) async throws {
        let gatherer = FactGatherer(gatherings: gatherings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            try await body(gatherer)
            await gatherer.finish(within: .seconds(60))
        }
    }

    @Test func `a login waits for the facts it needs and no others`() async throws {
        try await running { gatherer in
            let (fast, slow) = (GatedSource(), GatedSource())
            fast.open()
            let gathering = try gatherer.start(
                facts("192.88.98.1"),
                asking: FactSources(reverse: slow.names, network: fast.network, origin: fast.origin),
                timeout: .seconds(60))
            let facts = await gathering.facts(
                needing: [.network, .origin], until: .now.advanced(by: .seconds(60)))
            #expect(facts.network.value?.name == "NET")
            #expect(facts.origin.fact == .absent)
            #expect(facts.reverseHost.fact == .unavailable(LookupError(.timedOut)))
            let (completed, done) = AsyncStream<Facts>.makeStream()
            gathering.whenComplete { done.yield($0) }
            slow.open()
            var late = completed.makeAsyncIterator()
            #expect(await late.next()?.reverseHost.value == "host.example.com")
        }
    }

    @Test func `what is at hand is there at once, and only the rest is asked for`() async throws {
        try await running { gatherer in
            let rest = GatedSource()
            let gathering = gatherer.start(
                try facts("62.4.5.6"),
                asking: FactSources(
                    reverse: memory("here", .dns), network: memory(NetworkFacts(name: "NET"), .cache),
                    origin: rest.origin),
                timeout: .seconds(60))
            #expect(gathering.facts.reverseHost.value == "here")
            #expect(gathering.facts.network == Sourced(.known(NetworkFacts(name: "NET")), source: .cache))
            #expect(gathering.facts.origin.trouble?.code == .timedOut)
            rest.open()
            let facts = await gathering.facts(needing: [.origin], until: .now + .seconds(60))
            #expect(facts.origin == Sourced(.absent, source: .cymruDNS))
            #expect(rest.count == 1)
        }
    }

    @Test func `at the deadline a login goes on without the facts`() async throws {
        try await running { gatherer in
            let silent = GatedSource()
            let gathering = try gatherer.start(
                facts("192.88.98.1"), asking: FactSources(reverse: silent.names), timeout: .seconds(60))
            let facts = await gathering.facts(needing: [.reverseHost], until: .now)
            #expect(facts.reverseHost.fact == .unavailable(LookupError(.timedOut)))
            silent.open()
        }
    }

    @Test func `at the lookup timeout a gathering ends even if a source never answers`() async throws {
        try await running { gatherer in
            let silent = GatedSource()
            let gathering = try gatherer.start(
                facts("192.88.98.1"), asking: FactSources(reverse: silent.names), timeout: .milliseconds(1))
            let (completed, done) = AsyncStream<Facts>.makeStream()
            gathering.whenComplete { done.yield($0) }
            var ended = completed.makeAsyncIterator()
            #expect(await ended.next()?.reverseHost.fact == .unavailable(LookupError(.timedOut)))
            silent.open()
        }
    }

    @Test func `what is given up in the end is complete when the end is there`() async throws {
        /// Never answers, and heeds cancellation.
        struct Silence: Lookup {
            let asked: Latch
            func fact(about address: IPAddress) async -> Sourced<PTRNames> {
                asked.open()
                await Latch().wait()
                return .notAsked
            }
        }
        for _ in 0..<100 {
            let gatherer = FactGatherer()
            let isComplete = Mutex(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await gatherer.run() }
                let asked = Latch()
                let gathering = try gatherer.start(
                    facts("192.88.98.1"), asking: FactSources(reverse: Silence(asked: asked)), timeout: .seconds(60))
                gathering.whenComplete { _ in isComplete.withLock { $0 = true } }
                await asked.wait()
                await gatherer.finish(within: .zero)
                #expect(isComplete.withLock { $0 })
            }
        }
    }

    @Test func `registries are not asked about private and special-purpose space`() async throws {
        try await running { gatherer in
            let source = GatedSource()
            source.open()
            for address in ["10.0.0.1", "100.64.0.1", "2001:db8::1", "224.0.0.1"] {
                let gathering = try gatherer.start(
                    facts(address), asking: FactSources(network: source.network, origin: source.origin),
                    timeout: .seconds(60))
                _ = await gathering.facts(needing: [.network, .origin], until: .now.advanced(by: .seconds(60)))
            }
            #expect(source.count == 0)
        }
    }

    @Test func `an account has a share of the bound, and leaves the rest to others`() async throws {
        try await running(gatherings: 64) { gatherer in
            let source = GatedSource()
            let sources = FactSources(reverse: source.names)
            func start(_ account: String?, _ number: Int) throws -> LookupError.Code? {
                try gatherer.start(
                    facts("192.88.98.\(number)"), for: account, asking: sources, timeout: .seconds(60)
                ).facts.reverseHost.trouble?.code
            }
            let codes = try (0..<20).map { try start("thief", $0) }
            #expect(codes == Array(repeating: .timedOut, count: 4) + Array(repeating: .overloaded, count: 16))
            #expect(try start("victim", 30) == .timedOut)
            #expect(try start(nil, 31) == .timedOut)
            source.open()
        }
    }

    @Test func `a fact that our own limits hold up is told from one that is late`() async throws {
        try await running { gatherer in
            let end = Latch()
            let network = ScriptedLookup<NetworkFacts>(isHeldUp: true) { _ in
                await end.wait()
                return Sourced(.absent, source: .rdap)
            }
            let origin = ScriptedLookup<OriginFacts> { _ in
                await end.wait()
                return Sourced(.absent, source: .cymruDNS)
            }
            let gathering = try gatherer.start(
                facts("62.4.5.6"), asking: FactSources(network: network, origin: origin), timeout: .seconds(60))
            let early = await gathering.facts(needing: [.network, .origin], until: .now)
            #expect(early.network.trouble?.isOurs == true)
            #expect(early.origin.trouble?.code == .timedOut)
            end.open()
            let late = await gathering.facts(needing: [.network, .origin], until: .now + .seconds(60))
            #expect(late.network.fact == .absent)
        }
    }

    @Test func `network, origin and place of a wrapped address are those of its IPv4 address`() async throws {
        final class Recorder: GeoSource {
            let asked = Mutex<[String]>([])
            func note(_ kind: String, _ address: IPAddress) { asked.withLock { $0.append("\(kind) \(address)") } }
            func lookup<Value>(_ kind: String, _ source: FactSource) -> ScriptedLookup<Value> {
                ScriptedLookup {
                    self.note(kind, $0)
                    return Sourced(.absent, source: source)
                }
            }
            func place(of address: IPAddress) -> Sourced<GeoFacts> {
                note("place", address)
                return Sourced(.absent, source: .maxmind)
            }
        }
        try await running { gatherer in
            let recorder = Recorder()
            let gathering = try gatherer.start(
                facts("2002:808:808::1"),
                asking: FactSources(
                    reverse: recorder.lookup("name", .dns), network: recorder.lookup("network", .rdap),
                    origin: recorder.lookup("origin", .cymruDNS), geo: recorder),
                timeout: .seconds(60))
            _ = await gathering.facts(needing: [.network, .origin, .reverseHost], until: .now + .seconds(60))
            #expect(
                recorder.asked.withLock { Set($0) }
                    == ["name 2002:808:808::1", "network 8.8.8.8", "origin 8.8.8.8", "place 8.8.8.8"])
        }
    }

    @Test func `beyond the bound facts are unavailable at once, and room comes back`() async throws {
        try await running(gatherings: 1) { gatherer in
            let source = GatedSource()
            let sources = FactSources(reverse: source.names)
            let first = try gatherer.start(facts("192.88.98.1"), asking: sources, timeout: .seconds(60))
            let second = try gatherer.start(facts("192.88.98.2"), asking: sources, timeout: .seconds(60))
            #expect(second.facts.reverseHost.fact == .unavailable(LookupError(.overloaded)))
            let (completed, done) = AsyncStream<Facts>.makeStream()
            second.whenComplete { done.yield($0) }
            var ended = completed.makeAsyncIterator()
            #expect(await ended.next()?.address == IPAddress("192.88.98.2"))
            source.open()
            _ = await first.facts(needing: [.reverseHost], until: .now.advanced(by: .seconds(60)))
            // The place is given back just after the last answer is.
            var third = try gatherer.start(facts("192.88.98.3"), asking: sources, timeout: .seconds(60))
            while third.facts.reverseHost.fact == .unavailable(LookupError(.overloaded)) {
                await Task.yield()
                third = try gatherer.start(facts("192.88.98.3"), asking: sources, timeout: .seconds(60))
            }
            let facts = await third.facts(needing: [.reverseHost], until: .now.advanced(by: .seconds(60)))
            #expect(facts.reverseHost.value == "host.example.com")
        }
    }
}
