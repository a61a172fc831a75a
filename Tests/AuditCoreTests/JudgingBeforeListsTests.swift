import AuditCore
import AuditCoreTesting
import Testing

/// What decides before any list is looked at.
struct JudgingBeforeListsTests {
    private static let privateAddresses: [String?] = [
        "10.1.2.3", "127.0.0.1", "192.168.1.1", "203.0.113.7", "240.0.0.1", "::1", "fd00::1", "fe80::1",
        "2001:db8::1", "::ffff:10.0.0.1", nil,
    ]

    /// Lists in which every entry applies to everything local.
    private static let everything: [DenyListKind: String] = [
        .ipNetworks: "0.0.0.0/0\n::/0", .reverseHostname: "<>", .networkName: "Private-Use Networks",
        .networkCountry: "ZZ", .entities: "X", .asNumbers: "0", .asNames: "IANA-RESERVED\nlocal network",
        .asCountry: "ZZ", .geoLocationIDs: "1", .coordinates: "0,0,20100,0",
    ]

    private func facts(_ address: String?) -> Facts {
        var facts = Facts(
            address: address.flatMap { IPAddress($0) }, localNetworks: LocalNetworks(),
            localLocationName: "local network")
        facts.reverseHost = Sourced(.absent, source: .dns)
        return facts
    }

    private func attempt(_ address: String?, service: String = "imap") -> LoginAttempt {
        LoginAttempt(
            login: "a", service: service, address: address.flatMap { IPAddress($0) }, time: Timestamp(milliseconds: 0))
    }

    @Test(arguments: privateAddresses, UnknownFactAction.allCases)
    func `no list and no doubt denies a private address`(address: String?, action: UnknownFactAction) {
        let policy = Policy(lists: Logins.lists(Self.everything), onUnknown: action)
        let judgement = policy.judge(attempt(address), facts: facts(address), thoroughly: true)
        #expect(judgement.verdict == .allow)
        #expect(!judgement.isIgnored)
        #expect(judgement.outcomes.map(\.outcome) == Array(repeating: .pass, count: 10))
        #expect(policy.factsNeeded(for: attempt(address), facts: facts(address)).isEmpty)
    }

    @Test(arguments: privateAddresses + ["8.8.8.8"], ["pop3", "POP3"])
    func `a disabled service is refused from everywhere, first of all`(address: String?, service: String) {
        let policy = Policy(
            disabledServices: ["Pop3", "sieve"],
            ignoreNetworks: PrefixSet([IPPrefix("0.0.0.0/0"), IPPrefix("::/0")].compactMap { $0 }),
            lists: Logins.lists(Self.everything), onUnknown: .tempfail)
        let judgement = policy.judge(attempt(address, service: service), facts: facts(address))
        let rule = RuleReference(file: "audit.disabled_services", line: nil)
        #expect(judgement.verdict == .deny(Denial(matched: "service", rule: rule, text: "\(service) is disabled")))
        #expect(!judgement.isIgnored)
        #expect(judgement.outcomes.allSatisfy { $0.outcome == .pass })
        #expect(policy.factsNeeded(for: attempt(address, service: service), facts: facts(address)).isEmpty)
        #expect(policy.judge(attempt("10.0.0.1", service: "imap"), facts: facts("10.0.0.1")).verdict == .allow)
    }

    private static let wrapped = [
        "2002:c000:204::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::c000:221", "64:ff9b:1::a00:1",
        "2002:0a00:0001::", "2002:7f00:1::1",
    ]

    @Test(arguments: wrapped, ["0.0.0.0/0", "::/0", "0.0.0.0/0\n::/0"])
    func `wrapping an IPv4 address lets nobody past a list of networks of either family`(address: String, list: String)
    {
        let policy = Policy(lists: Logins.lists([.ipNetworks: list]))
        #expect(policy.judge(attempt(address), facts: facts(address)).verdict.denial?.matched == "ip")
    }

    @Test(arguments: ["2002:0a00:0001::", "64:ff9b::a00:1", "2001:0:0:0:0:0:f5ff:fffe"])
    func `nobody gets into a network of IPv4 by wrapping an address of it`(address: String) throws {
        let inner = try #require(IPPrefix("10.0.0.0/8"))
        let facts = Facts(
            address: IPAddress(address), localNetworks: LocalNetworks([(prefix: inner, name: "House")]),
            localLocationName: "local network")
        #expect(!facts.isPrivate && facts.localNetwork == nil)
        #expect(facts.network.value?.name == "Private-Use Networks")
        let policy = Policy(ignoreNetworks: PrefixSet([inner]), lists: Logins.lists([.networkCountry: "ZZ"]))
        let judgement = policy.judge(attempt(address), facts: facts)
        #expect(judgement.verdict.denial?.matched == "net_cc")
        #expect(!judgement.isIgnored)
    }

    @Test(arguments: ["100.64.0.1", "224.0.0.1", "192.88.99.1", "192.0.0.9", "fec0::1", "2001:1::1"])
    func `reserved space that is not private goes through the lists as ZZ`(address: String) {
        let policy = Policy(lists: Logins.lists([.asCountry: "ZZ"]))
        let denial = policy.judge(attempt(address), facts: facts(address)).verdict.denial
        let isReserved = facts(address).isReserved
        #expect(denial?.text == (isReserved ? "access from Local Country is forbidden" : nil))
        #expect(isReserved || address == "2001:1::1")
    }

    @Test func `an ignored network is neither denied nor recorded`() throws {
        let ignored = PrefixSet([try #require(IPPrefix("176.112.0.0/16")), try #require(IPPrefix("10.0.0.0/8"))])
        let policy = Policy(ignoreNetworks: ignored, lists: Logins.lists(Logins.hits), onUnknown: .deny)
        let judgement = policy.judge(Logins.attempt(), facts: Logins.facts())
        #expect(judgement.verdict == .allow && judgement.isIgnored)
        #expect(policy.factsNeeded(for: Logins.attempt(), facts: facts(Logins.text)).isEmpty)
        #expect(policy.judge(attempt("10.1.1.1"), facts: facts("10.1.1.1")).isIgnored)
        #expect(!policy.judge(attempt("192.168.1.1"), facts: facts("192.168.1.1")).isIgnored)
        let other = "176.113.0.1"
        #expect(!policy.judge(attempt(other), facts: facts(other)).isIgnored)
    }

    @Test func `watch mode denies nothing, not even a disabled service`() {
        for kind in DenyListKind.allCases {
            let lists = Logins.lists(Logins.hits.filter { $0.key == kind })
            let enforce = Policy(lists: lists).judge(Logins.attempt(), facts: Logins.facts()).verdict
            let watch = Policy(mode: .watch, lists: lists).judge(Logins.attempt(), facts: Logins.facts()).verdict
            #expect(enforce.denial.map(Verdict.wouldDeny) == watch)
        }
        let watch = Policy(mode: .watch, disabledServices: ["imap"]).judge(Logins.attempt(), facts: Logins.facts())
        guard case .wouldDeny = watch.verdict else {
            Issue.record("\(watch.verdict)")
            return
        }
    }

    @Test(
        arguments: [
            ([:], Logins.text, []), ([.ipNetworks: "8.8.8.8"], Logins.text, []),
            ([.reverseHostname: "x"], Logins.text, [.reverseHost]), ([.entities: "x"], Logins.text, [.network]),
            ([.asNumbers: "1"], Logins.text, [.origin, .geo]), ([.asCountry: "DE"], Logins.text, [.origin]),
            ([.coordinates: "1,1,1,1", .networkCountry: "DE"], Logins.text, [.geo, .network]),
            ([.networkCountry: "# none"], Logins.text, []),
            // Already decided by the list of networks.
            ([.networkCountry: "DE", .ipNetworks: "176.112.0.0/16"], Logins.text, []),
            // Reserved: the tables say it all, but for the place.
            ([.networkCountry: "DE", .asCountry: "DE"], "224.0.0.1", []), ([.asNumbers: "1"], "224.0.0.1", [.geo]),
        ] as [([DenyListKind: String], String, Set<FactKind>)])
    func `a login waits only for facts that can change its verdict`(
        texts: [DenyListKind: String], address: String, needed: Set<FactKind>
    ) {
        let facts = Facts(
            address: IPAddress(address), localNetworks: LocalNetworks(), localLocationName: "local network")
        #expect(Policy(lists: Logins.lists(texts)).factsNeeded(for: attempt(address), facts: facts) == needed)
    }

    @Test func `the default policy lets everyone in and asks for nothing`() {
        let judgement = Policy().judge(Logins.attempt(), facts: facts(Logins.text))
        #expect(judgement.verdict == .allow)
        #expect(judgement.outcomes.map(\.outcome) == Array(repeating: .off, count: 10))
        #expect(Policy().factsNeeded(for: Logins.attempt(), facts: facts(Logins.text)).isEmpty)
    }
}
