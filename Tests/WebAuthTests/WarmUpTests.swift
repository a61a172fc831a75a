import AuditCore
import Foundation
import Locks
import TestKit
import Testing

@testable import WebAuth

/// What is looked up before anybody needs it.
struct WarmUpTests {
    /// Knows everything: some at hand, some from the cache, the rest it asks for.
    private final class World: Sendable {
        struct Kind<Value: Sendable>: Lookup {
            let word: String
            let source: FactSource
            let world: World

            func fact(about address: IPAddress) async -> Sourced<Value> { await world.ask(word, address, source) }
            func factAtHand(about address: IPAddress) -> Sourced<Value>? {
                world.atHand.contains("\(address)") ? Sourced(.absent, source: .cache) : nil
            }
        }

        private struct State {
            var asked: [String] = []
            var accounts: Set<String?> = []
            var slept: [Duration] = []
            var isWanted = true
            /// How often somebody will be found to wait.
            var busy = 0
        }

        private let state = Mutex(State())
        let atHand: Set<String>
        /// Ages of what is kept.
        let kept: [String: Duration]
        let isSilent: Bool

        init(atHand: Set<String> = [], kept: [String: Duration] = [:], busy: Int = 0, isSilent: Bool = false) {
            (self.atHand, self.kept, self.isSilent) = (atHand, kept, isSilent)
            state.withLock { $0.busy = busy }
        }

        var asked: [String] { state.withLock { $0.asked } }
        var accounts: Set<String?> { state.withLock { $0.accounts } }
        var slept: [Duration] { state.withLock { $0.slept } }
        func want(_ isWanted: Bool) { state.withLock { $0.isWanted = isWanted } }

        fileprivate func ask<Value>(_ word: String, _ address: IPAddress, _ source: FactSource) async -> Sourced<Value>
        {
            state.withLock { state in
                state.asked.append("\(word) \(address)")
                state.accounts.insert(LookupAccount.current)
            }
            if isSilent { try? await Task.sleep(for: .seconds(3600)) }
            let age = kept["\(address)"]
            return Sourced(.absent, source: age == nil ? source : .cache, age: age ?? .zero)
        }

        /// Sleeps only for the rounds, until the test has the next begin.
        func warmUp(_ addresses: RecentAddresses, rounds: Turnstile = Turnstile()) throws -> WarmUp {
            WarmUp(
                addresses,
                sleep: { duration in
                    if duration == WarmUp.interval { return try await rounds.pass() }
                    self.state.withLock { $0.slept.append(duration) }
                },
                means: { self.means })
        }

        var means: WarmUp.Means? {
            guard state.withLock({ $0.isWanted }) else { return nil }
            return WarmUp.Means(
                sources: FactSources(
                    reverse: Kind<PTRNames>(word: "ptr", source: .dns, world: self),
                    network: Kind<NetworkFacts>(word: "net", source: .rdap, world: self),
                    origin: Kind<OriginFacts>(word: "pfx", source: .cymruDNS, world: self)),
                localNetworks: Self.house, freshFor: .seconds(86_400), registryPause: .seconds(4),
                isBusy: {
                    self.state.withLock { state in
                        state.busy -= 1
                        return state.busy >= 0
                    }
                })
        }

        private static let house = LocalNetworks(IPPrefix("130.149.0.0/16").map { [($0, "house")] } ?? [])
    }

    /// Where a round waits for the next to be let begin.
    private final class Turnstile: Sendable {
        private let state = Mutex((waiting: 0, let: 0))
        /// How many rounds have ended.
        var rounds: Int { state.withLock { $0.waiting } }
        func letOn() { state.withLock { $0.let += 1 } }
        func pass() async throws {
            let number = state.withLock { state in
                state.waiting += 1
                return state.waiting
            }
            while state.withLock({ $0.let < number }) {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    private let path = NSTemporaryDirectory() + "warm-up-\(UUID().uuidString.prefix(8))"

    private func addresses(_ texts: [String]) throws -> RecentAddresses {
        let addresses = RecentAddresses(file: path, now: { .now }) { Issue.record("\($0)") }
        for text in texts.reversed() { addresses.note(try #require(IPAddress(text))) }
        return addresses
    }

    /// Runs until a number of rounds have ended.
    private func run(_ warmUp: WarmUp, _ turnstile: Turnstile, rounds: Int = 1) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await warmUp.run() }
            for round in 1...rounds {
                await waitUntil { turnstile.rounds == round }
                if round < rounds { turnstile.letOn() }
            }
            warmUp.end()
            await group.waitForAll()
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    @Test func `only what is missing is asked for, registries at their pace, for an account that nobody has`()
        async throws
    {
        let world = World(
            atHand: ["1.1.1.1"], kept: ["8.8.8.8": .seconds(86_399), "8.8.4.4": .seconds(86_400)])
        let turnstile = Turnstile()
        let all = ["1.1.1.1", "8.8.8.8", "9.9.9.9", "10.0.0.1", "130.149.1.1", "8.8.4.4", "2002:909:909::1"]
        let warmUp = try world.warmUp(addresses(all), rounds: turnstile)
        await run(warmUp, turnstile)
        func three(_ address: String, _ subject: String? = nil) -> [String] {
            ["ptr \(address)", "pfx \(subject ?? address)", "net \(subject ?? address)"]
        }
        #expect(
            world.asked == three("8.8.8.8") + three("9.9.9.9") + ["ptr 10.0.0.1", "ptr 130.149.1.1"]
                + three("8.8.4.4") + three("2002:909:909::1", "9.9.9.9"))
        let (registry, dns) = (Duration.seconds(4), WarmUp.pause)
        #expect(world.slept == [WarmUp.step, dns, registry, dns, dns, registry, registry])
        #expect(world.accounts == [WarmUp.account])
        #expect(WarmUp.account != WarmUp.account.lowercased(), "as those of logins are")
    }

    @Test func `logins come first`() async throws {
        let (world, turnstile) = (World(busy: 3), Turnstile())
        await run(try world.warmUp(addresses(["8.8.8.8"]), rounds: turnstile), turnstile)
        #expect(world.slept == [WarmUp.patience, WarmUp.patience, WarmUp.patience, .seconds(4)])
        #expect(world.asked.count == 3)
    }

    @Test func `a first round is for those of the process before, later ones for all of the last day`() async throws {
        let (world, turnstile) = (World(), Turnstile())
        let addresses = try addresses(["8.8.8.8"])
        let warmUp = try world.warmUp(addresses, rounds: turnstile)
        addresses.note(try #require(IPAddress("9.9.9.9")))
        await run(warmUp, turnstile, rounds: 2)
        #expect(world.asked.filter { $0.hasPrefix("ptr") } == ["ptr 8.8.8.8", "ptr 9.9.9.9", "ptr 8.8.8.8"])
    }

    @Test func `a round that takes long does not keep the file from being written`() async throws {
        let world = World()
        let addresses = try addresses((0...WarmUp.savedAfter).map { "8.8.\($0 / 256).\($0 % 256)" })
        let path = path
        let warmUp = WarmUp(
            addresses,
            sleep: { duration in
                if duration == WarmUp.interval { Issue.record("the file was not there before the round's end") }
                if FileManager.default.fileExists(atPath: path) { throw CancellationError() }
            },
            means: { world.means })
        await warmUp.run()
        #expect(world.asked.count == 3 * (WarmUp.savedAfter + 1))
        try? FileManager.default.removeItem(atPath: path)
    }

    @Test func `a setting that ends it does so at once, and one that wants it has it go on`() async throws {
        let (world, turnstile) = (World(), Turnstile())
        world.want(false)
        let warmUp = try world.warmUp(addresses(["8.8.8.8"]), rounds: turnstile)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await warmUp.run() }
            await waitUntil { turnstile.rounds == 1 }
            #expect(world.asked == [])
            world.want(true)
            turnstile.letOn()
            await waitUntil { turnstile.rounds == 2 }
            #expect(world.asked.count == 3)
            warmUp.end()
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    @Test func `an end waits for nobody, and leaves the file`() async throws {
        let world = World(isSilent: true)
        let warmUp = try world.warmUp(addresses(["8.8.8.8"]))
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await warmUp.run() }
            await waitUntil { world.asked.count == 1 }
            warmUp.end()
        }
        await warmUp.flush(within: .seconds(30))
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(world.asked == ["ptr 8.8.8.8", "pfx 8.8.8.8", "net 8.8.8.8"].prefix(world.asked.count).map { $0 })
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("8.8.8.8 "))
        try? FileManager.default.removeItem(atPath: path)
    }
}
