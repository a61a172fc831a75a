import AuditCore
import AuditCoreTesting
import Locks
import Testing

/// Lists that only watch, and exceptions.
struct ListEffectTests {
    private func lists(_ texts: [DenyListKind: String], _ effect: ListEffect) -> DenyLists {
        let files = texts.map { kind, text in (kind, DenyListFile(name: "\(effect)/\(kind)", text: text)) }
        let build = DenyLists.build(
            Dictionary(uniqueKeysWithValues: files), effect: effect, engine: LiteralPatternEngine())
        #expect(build.problems.isEmpty)
        return build.lists
    }

    private func policy(
        deny: [DenyListKind: String] = [:], watch: [DenyListKind: String] = [:], allow: [DenyListKind: String] = [:],
        mode: JudgingMode = .enforce, disabledServices: [String] = [], ignoring: [String] = [],
        onUnknown: UnknownFactAction = .allow, onOverload: UnknownFactAction = .tempfail
    ) -> Policy {
        var policy = Policy(
            mode: mode, disabledServices: disabledServices,
            ignoreNetworks: PrefixSet(ignoring.compactMap { IPPrefix($0) }),
            lists: lists(deny, .deny), onUnknown: onUnknown, onOverload: onOverload)
        policy.watchLists = lists(watch, .watch)
        policy.allowLists = lists(allow, .allow)
        return policy
    }

    private func hit(_ kind: DenyListKind) -> [DenyListKind: String] { [kind: Logins.hits[kind] ?? "\nhoney-craig"] }

    private func unknownFacts(_ code: LookupError.Code = .timedOut) -> Facts {
        var facts = Logins.facts()
        facts.network = Sourced(.unavailable(LookupError(code)), source: .rdap)
        return facts
    }

    // MARK: Watching

    @Test(arguments: DenyListKind.allCases)
    func `a list that only watches denies nobody, and says whom it would deny`(kind: DenyListKind) throws {
        let policy = policy(watch: hit(kind))
        for thoroughly in [false, true] {
            let judgement = policy.judge(Logins.attempt(), facts: Logins.facts(), thoroughly: thoroughly)
            guard case .wouldDeny(let denial) = judgement.verdict else {
                Issue.record("\(judgement.verdict)")
                return
            }
            #expect(judgement.verdict.isAllowed)
            #expect(denial.list == kind && judgement.watched == denial)
            #expect(judgement.matched == denial.matched)
            #expect(judgement.rule?.description == "watch/\(kind):2")
            #expect(judgement.outcomes.allSatisfy { $0.outcome == .off }, "the lists that deny are others")
            #expect(judgement.otherOutcomes.filter { $0.outcome == .hit }.map(\.list) == (thoroughly ? [kind] : []))
        }
        #expect(
            policy.factsNeeded(
                for: Logins.attempt(),
                facts: Facts(
                    address: IPAddress(Logins.text), localNetworks: LocalNetworks(), localLocationName: "")
            ).isEmpty)
    }

    @Test func `both kinds stand side by side, and what denies decides`() {
        let both = policy(deny: hit(.networkCountry), watch: [.networkCountry: "RU", .asNumbers: "4134"])
        let judgement = both.judge(Logins.attempt(), facts: Logins.facts(), thoroughly: true)
        #expect(judgement.verdict.denial?.rule?.description == "deny/network_cc:2" && !judgement.verdict.isAllowed)
        #expect(judgement.watched == nil)
        #expect(judgement.otherOutcomes.filter { $0.outcome == .hit }.map(\.list) == [.networkCountry, .asNumbers])
        let other = policy(deny: [.networkCountry: "DE"], watch: [.networkCountry: "RU", .asNumbers: "4134"])
        #expect(other.judge(Logins.attempt(), facts: Logins.facts()).rule?.description == "watch/network_cc:1")
        let watching = policy(deny: hit(.asNumbers), watch: [.ipNetworks: "0.0.0.0/0"], mode: .watch)
            .judge(Logins.attempt(), facts: Logins.facts())
        #expect(
            watching.verdict.isAllowed && watching.matched == "asn", "what would deny comes before what watches anyway")
    }

    @Test(arguments: UnknownFactAction.allCases)
    func `doubt of a list that only watches refuses nobody, and is settled when the facts are complete`(
        action: UnknownFactAction
    ) {
        let policy = policy(watch: hit(.networkCountry), onUnknown: action, onOverload: action)
        let judgement = policy.judge(Logins.attempt(), facts: unknownFacts())
        #expect(judgement.verdict == .allow && judgement.awaitsFacts && judgement.matched == nil)
        let settled = policy.settle(judgement, Logins.attempt(), facts: Logins.facts())
        #expect(settled.verdict.isAllowed && settled.matched == "net_cc" && !settled.awaitsFacts)
        #expect(settled.watched != nil && settled.rule?.description == "watch/network_cc:2")
        #expect(policy.settle(judgement, Logins.attempt(), facts: unknownFacts()).matched == nil)
        #expect(!policy.judge(Logins.attempt(), facts: Logins.facts()).awaitsFacts)
    }

    /// A registry that answers when it is told to.
    private final class LateNetwork: Lookup {
        private let (answers, answer) = AsyncStream<NetworkFacts>.makeStream()

        func tell(_ network: NetworkFacts) { answer.yield(network) }

        func fact(about address: IPAddress) async -> Sourced<NetworkFacts> {
            for await network in answers { return Sourced(.known(network), source: .rdap) }
            return .notAsked
        }
    }

    /// Keeps judgements.
    private final class Judgements: Sendable {
        private let kept = Mutex<[Judgement]>([])
        var all: [Judgement] { kept.withLock { $0 } }
        func add(_ judgement: Judgement) { kept.withLock { $0.append(judgement) } }
    }

    @Test(
        arguments: [([:], "net_cc"), ([.networkName: "NET"], "allow:net_name")] as [([DenyListKind: String], String)])
    func `no login waits for what only watches, but its record does`(
        allow: [DenyListKind: String], matched: String
    ) async throws {
        let (network, sink, judged) = (LateNetwork(), RecordingAuditSink(), Judgements())
        var configuration = Auditor.Configuration(
            policy: policy(watch: [.networkCountry: "RU"], allow: allow), localNetworks: LocalNetworks(),
            localLocationName: "here", sources: FactSources(network: network))
        configuration.deadline = .seconds(3600)
        configuration.lookupTimeout = .seconds(3600)
        configuration.judged = { judged.add($0) }
        let (gatherer, trail) = (FactGatherer(), AuditTrail { _ in })
        trail.use([sink])
        let auditor = Auditor(configuration, gatherer: gatherer, trail: trail)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            group.addTask { await trail.run() }
            let attempt = Logins.attempt()
            let gathering = auditor.gather(for: attempt)
            let judgement = await auditor.judge(attempt, gathering)
            #expect(judgement.verdict == .allow && judgement.awaitsFacts)
            var record = PendingRecord(attempt, gathering)
            record.take(judgement)
            auditor.record(record, duration: .zero)
            network.tell(NetworkFacts(name: "NET", country: "RU"))
            await gatherer.finish(within: .seconds(60))
            await trail.finish(within: .seconds(60))
        }
        #expect(sink.records.map(\.matched) == [matched])
        #expect(sink.records.first?.isBlocked == false && sink.records.first?.rule?.line == 1)
        #expect(judged.all.map(\.awaitsFacts) == [true, false])
    }

    // MARK: Exceptions

    @Test(arguments: [.users] + DenyListKind.allCases)
    func `an exception of every kind lets in before the lists that deny and watch`(kind: DenyListKind) throws {
        let policy = policy(
            deny: Logins.hits, watch: Logins.hits, allow: hit(kind), ignoring: ["0.0.0.0/0"], onUnknown: .deny)
        let judgement = policy.judge(Logins.attempt(), facts: Logins.facts())
        #expect(judgement.verdict == .allow && judgement.watched == nil)
        #expect(judgement.exemption?.list == kind)
        let label = kind == .entities ? "entity:VKCOMPANY-MNT" : kind.label
        #expect(judgement.matched == "allow:\(label)")
        #expect(judgement.rule?.description == "allow/\(kind):2")
        #expect(!judgement.isIgnored, "an exception stays visible")
        let thorough = policy.judge(Logins.attempt(), facts: Logins.facts(), thoroughly: true)
        #expect(thorough.verdict == judgement.verdict && thorough.exemption == judgement.exemption)
        #expect(thorough.outcomes.allSatisfy { $0.outcome == .hit }, "explain says what the exception is one from")
        #expect(thorough.otherOutcomes.count { $0.outcome == .hit } == 11)
    }

    @Test func `an exception opens no disabled service, and a private address needs none`() {
        let policy = policy(allow: [.users: "honey-craig", .ipNetworks: "0.0.0.0/0"], disabledServices: ["imap"])
        let denied = policy.judge(Logins.attempt(), facts: Logins.facts())
        #expect(denied.verdict.denial?.matched == "service" && denied.exemption == nil)
        let facts = Facts(address: IPAddress("10.0.0.1"), localNetworks: LocalNetworks(), localLocationName: "")
        let local = policy.judge(Logins.attempt(service: "pop3", from: "10.0.0.1"), facts: facts)
        #expect(local.verdict == .allow && local.matched == nil)
    }

    @Test(arguments: [
        ("alice", "alice", true), ("alice", "Alice", false), ("alice", "alice2", false),
        ("müller", "mu\u{308}ller", false),
        ("müller", "müller", true), ("j_doe", "jxdoe", false), ("a b", "a b", true), ("a b # why", "a b", true),
        ("a#b", "a#b", true), ("alice\t# until 2030-01-01", "alice", true),
        ("alice # until 1969-12-31", "alice", false),
        ("alice, bob", "alice", false), ("--x", "--x", true),
    ])
    func `names are compared byte for byte`(line: String, login: String, isMet: Bool) {
        var attempt = Logins.attempt()
        attempt.login = login
        let judgement = policy(allow: [.users: line]).judge(attempt, facts: Logins.facts())
        #expect((judgement.matched == "allow:user") == isMet)
        #expect(Policy(lists: lists([.users: line], .deny)).judge(attempt, facts: Logins.facts()).verdict == .allow)
    }

    @Test func `an exception ends, and what it was one from comes back`() throws {
        let policy = policy(deny: hit(.networkCountry), allow: [.users: "honey-craig # until 2026-12-24 she travels"])
        for (time, matched) in [("2026-12-24 23:59:59", "allow:user"), ("2026-12-25 00:00:00", "net_cc")] {
            let attempt = LoginAttempt(
                login: "honey-craig", service: "imap", address: IPAddress(Logins.text),
                time: try #require(Timestamp(sqlText: time)))
            #expect(policy.judge(attempt, facts: Logins.facts()).matched == matched)
        }
    }

    @Test(arguments: UnknownFactAction.allCases, [LookupError.Code.timedOut, .overloaded, .offline, .notConfigured])
    func `a hit is not certain while an exception is in doubt`(action: UnknownFactAction, code: LookupError.Code) {
        let policy = policy(
            deny: hit(.ipNetworks), allow: [.networkName: "VK-FRONT"], onUnknown: action, onOverload: action)
        let verdict = policy.judge(Logins.attempt(), facts: unknownFacts(code)).verdict
        if action == .deny || [.offline, .notConfigured].contains(code) {
            #expect(verdict.denial?.matched == "ip")
        } else {
            #expect(verdict == .tryLater([.network]))
        }
        #expect(policy.judge(Logins.attempt(), facts: Logins.facts()).matched == "allow:net_name")
        var other = Logins.facts()
        other.network = Sourced(.absent, source: .rdap)
        #expect(policy.judge(Logins.attempt(), facts: other).verdict.denial?.matched == "ip")
        let watching = self.policy(deny: hit(.ipNetworks), allow: [.networkName: "VK-FRONT"], mode: .watch)
        #expect(watching.judge(Logins.attempt(), facts: unknownFacts(code)).verdict.isAllowed)
    }

    @Test func `an exception that turns out late is recorded as one, and wins over a list that watches`() {
        let policy = policy(
            deny: [.ipNetworks: "192.0.2.1"], watch: hit(.ipNetworks), allow: [.networkName: "VK-FRONT"])
        let judgement = policy.judge(Logins.attempt(), facts: unknownFacts())
        #expect(judgement.verdict.isAllowed && judgement.matched == "ip" && judgement.awaitsFacts)
        let settled = policy.settle(judgement, Logins.attempt(), facts: Logins.facts())
        #expect(settled.matched == "allow:net_name" && settled.watched == nil && settled.verdict == .allow)
        let same = policy.settle(judgement, Logins.attempt(), facts: unknownFacts())
        #expect(same.matched == "ip" && same.watched == judgement.watched)
    }

    @Test(
        arguments: [
            ([:], [.networkCountry: "DE"], []), ([.asCountry: "DE"], [.networkCountry: "DE"], [.origin, .network]),
            ([.asCountry: "DE"], [.users: "honey-craig", .networkCountry: "DE"], []),
            ([.asCountry: "DE"], [.ipNetworks: "176.0.0.0/8", .networkCountry: "DE"], []),
            ([.ipNetworks: "176.0.0.0/8", .asCountry: "DE"], [.networkCountry: "DE"], [.network]),
            ([.ipNetworks: "176.0.0.0/8"], [.users: "someone"], []),
            ([.ipNetworks: "192.0.2.0/24"], [.networkCountry: "DE"], []),
        ] as [([DenyListKind: String], [DenyListKind: String], Set<FactKind>)])
    func `a login waits for an exception's facts only where something could deny`(
        deny: [DenyListKind: String], allow: [DenyListKind: String], needed: Set<FactKind>
    ) {
        let facts = Facts(
            address: IPAddress(Logins.text), localNetworks: LocalNetworks(), localLocationName: "local network")
        let policy = policy(deny: deny, watch: [.geoLocationIDs: "1"], allow: allow)
        #expect(policy.factsNeeded(for: Logins.attempt(), facts: facts) == needed)
    }

    // MARK: Records and explanations

    @Test func `explain shows lists of all effects`() {
        func explanation(_ policy: Policy) -> Explanation {
            let judgement = policy.judge(Logins.attempt(), facts: Logins.facts(), thoroughly: true)
            return Explanation(
                attempt: Logins.attempt(), facts: Logins.facts(), judgement: judgement, status: "success", httpCode: 200
            )
        }
        let excepted = explanation(
            policy(
                deny: hit(.asNumbers), watch: hit(.networkCountry), allow: [.users: "bob\nhoney-craig", .entities: "X"])
        )
        #expect(excepted.outcome == .allow)
        #expect(excepted.text.contains("  verdict           allow: an exception, allow:user, by allow/users:2\n"))
        #expect(excepted.text.contains("  as_numbers        hit  deny/as_numbers:2\n"))
        #expect(
            excepted.text.hasSuffix(
                "  allow.users       hit  allow/users:2\n  allow.entities    pass\n  watch.network_cc  hit  watch/network_cc:2\n"
            ))
        #expect(excepted.json.contains(#""verdict":"allow","matched":"allow:user","rule":"allow/users:2""#))
        #expect(
            excepted.json.hasSuffix(
                #"{"list":"users","outcome":"hit","rule":"allow/users:2","effect":"allow"},"#
                    + #"{"list":"entities","outcome":"pass","rule":null,"effect":"allow"},"#
                    + #"{"list":"network_cc","outcome":"hit","rule":"watch/network_cc:2","effect":"watch"}]}"#))
        let watched = explanation(policy(deny: [.asNumbers: "1"], watch: hit(.networkCountry)))
        #expect(watched.outcome == .wouldDeny)
        #expect(watched.text.contains("would deny, but the list only watches: net_cc, by watch/network_cc:2\n"))
        #expect(watched.json.contains(#""verdict":"would_deny","matched":"net_cc","rule":"watch/network_cc:2""#))
        let local = Logins.attempt(from: "10.0.0.1")
        let facts = Facts(address: local.address, localNetworks: LocalNetworks(), localLocationName: "")
        let judgement = policy(watch: hit(.networkCountry)).judge(local, facts: facts, thoroughly: true)
        let passed = Explanation(attempt: local, facts: facts, judgement: judgement, status: "success", httpCode: 200)
        #expect(passed.text.hasSuffix("  watch.network_cc  pass\n"))
    }

    @Test func `the line of a record names an exception, and not what only watches`() {
        var record = SampleRecords.vk()
        let plain = record.message
        record.matched = "net_cc"
        #expect(record.message == plain)
        record.matched = "allow:net_cc"
        #expect(record.message == plain + ", matched=allow:net_cc")
    }

    @Test func `a list has a name by its effect`() {
        #expect("\(ListKey(.networkCountry))" == "network_cc" && "\(ListKey(.users, .allow))" == "allow.users")
        #expect(DenyListKind.all(for: .watch) == DenyListKind.allCases)
        #expect(DenyListKind.all(for: .allow) == [.users] + DenyListKind.allCases)
        for kind in DenyListKind.all(for: .allow) { #expect(DenyListKind(rawValue: kind.rawValue) == kind) }
        #expect(DenyListKind(rawValue: "nonsense") == nil)
        #expect(DenyListKind(matched: "entity:X") == .entities && DenyListKind(matched: "net_cc") == .networkCountry)
        #expect(DenyListKind(matched: "deleted") == nil && DenyListKind(matched: "unknown") == nil)
    }
}
