import TestKit
import Locks
import AuditCore
import AuditCoreTesting
import LookupCaches
import Testing

@testable import LookupAnswers
@testable import Whois

/// Our own limits are no way round the lists, and nobody's many networks keep others from being judged.
@Suite(.timeLimit(.minutes(2))) struct OwnLimitTests {
    /// A registry that says US of everything, within our limits.
    private struct LimitedRegistry: NetworkUpstream {
        let gates: Gates
        let clock: MonotonicTime
        let limit: RequestLimit

        func network(of address: IPAddress) async -> Upstream<NetworkAnswer> {
            let text = "\(address)"
            return await gates.ask(
                UpstreamName(.whois, host: "whois.example"), limit: limit, by: clock.now() + .seconds(3)
            ) {
                let facts = NetworkFacts(name: "NET", country: "US", cidr: text)
                return Upstream(
                    .known(NetworkAnswer(facts: facts, blocks: [IPPrefix(text)].compactMap(\.self))), source: .whois)
            }
        }
    }

    /// Judges a login from an address, waiting for facts for so long.
    private typealias Judge = @Sendable (_ login: String, _ address: String, _ deadline: Duration) async -> Judgement

    private let clock = HandClock()

    /// Lets logins be judged by a list that denies the USA, and where a fact is missing lets them in.
    private func judging(
        _ limit: RequestLimit, onOverload: UnknownFactAction = .tempfail,
        _ body: (@escaping Judge) async throws -> Void
    ) async throws {
        let upstreamClock = MonotonicTime(clock)
        let gates = Gates(clock: upstreamClock, slowness: .seconds(1), logger: RecordedLog(isDetailed: false).logger)
        let sources = CachedSources(
            .init(), cache: MemoryLookupCache(),
            network: LimitedRegistry(gates: gates, clock: upstreamClock, limit: limit),
            origin: nil, now: { Timestamp(milliseconds: 1_763_918_141_000) })
        let lists = DenyLists.build(
            [.networkCountry: DenyListFile(name: "cc", text: "US")], engine: LiteralPatternEngine(), matching: .full
        ).lists
        var configuration = Auditor.Configuration(
            policy: Policy(lists: lists, onUnknown: .allow, onOverload: onOverload), localNetworks: LocalNetworks(),
            localLocationName: "local network", sources: FactSources(network: sources.networks))
        configuration.lookupTimeout = .seconds(60)
        let gatherer = FactGatherer()
        let base = configuration
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await sources.run() }
            group.addTask { await gatherer.run() }
            try await body { login, address, deadline in
                var configuration = base
                configuration.deadline = deadline
                let auditor = Auditor(configuration, gatherer: gatherer, trail: AuditTrail { _ in })
                let attempt = LoginAttempt(
                    login: login, service: "imap", address: IPAddress(address), time: Timestamp(milliseconds: 0))
                return await auditor.judge(attempt, auditor.gather(for: attempt))
            }
            group.cancelAll()
        }
    }

    @Test(arguments: UnknownFactAction.allCases)
    func `of three networks of LACNIC within a second none is let in for want of asking`(
        action: UnknownFactAction
    ) async throws {
        try await judging(RequestLimit(1, per: .seconds(1)).tenth, onOverload: action) { judge in
            #expect(await judge("thief", "200.3.12.1", .seconds(60)).verdict.denial?.matched == "net_cc")
            for address in ["200.3.13.1", "200.3.14.1"] {
                let verdict = await judge("thief", address, .seconds(60)).verdict
                switch action {
                case .allow: #expect(verdict == .allow)
                case .deny: #expect(verdict.denial?.matched == "unknown")
                case .tempfail: #expect(verdict == .tryLater([.network]))
                }
            }
        }
    }

    @Test func `who waits for a token when the deadline comes is held up by us, and so is who joins him`() async throws
    {
        try await judging(RequestLimit(1, per: .seconds(2))) { judge in
            for number in 0..<10 {
                #expect(
                    await judge("u\(number)", "190.0.\(number).1", .seconds(60)).verdict.denial?.matched == "net_cc")
            }
            for client in ["190.1.0.1", "190.1.0.1", "190.1.0.2"] {
                #expect(await judge("thief", client, .milliseconds(200)).verdict == .tryLater([.network]))
            }
        }
    }

    @Test func `the login of another is judged, however many networks one account comes from`() async throws {
        try await judging(RequestLimit(1, per: .seconds(1))) { judge in
            for number in 0..<5 {
                let verdict = await judge("thief", "190.3.\(number).1", .seconds(60)).verdict
                #expect(verdict.denial?.matched == "net_cc", "as many as his share has room for are asked")
            }
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    let address = "2a00:\(String(number / 256 + 1, radix: 16)):\(String(number % 256, radix: 16))::1"
                    group.addTask {
                        await judge(number % 2 == 0 ? "thief" : "THIEF", address, .milliseconds(50)).verdict.isAllowed
                    }
                }
                for await isAllowed in group { #expect(!isAllowed) }
            }
            #expect(await judge("victim", "190.2.0.1", .seconds(60)).verdict.denial?.matched == "net_cc")
        }
    }
}
