import AuditCore
import AuditCoreTesting
import Testing

struct JudgingTests {
    /// What each list says when its entry of `Logins.hits` applies.
    private static let denials: [(list: DenyListKind, matched: String, text: String)] = [
        (.ipNetworks, "ip", "access from 176.112.168.0/21 is forbidden"),
        (.reverseHostname, "rev_host", "access from this hostname is forbidden"),
        (.networkName, "net_name", "access from network VK-FRONT is forbidden"),
        (.networkCountry, "net_cc", "access from Russian Federation is forbidden"),
        (.entities, "entity:VKCOMPANY-MNT", "access denied"), (.asNumbers, "asn", "access from AS4134 is forbidden"),
        (.asNames, "as_desc", "access from LLC VK is forbidden"),
        (.asCountry, "as_cc", "access from Switzerland is forbidden"),
        (.geoLocationIDs, "geoid", "access from Dagestan is forbidden"),
        (.coordinates, "coords", "access from Khasavyurt is forbidden"),
    ]

    private func hits(_ kinds: some Sequence<DenyListKind>) -> DenyLists {
        let kinds = Set(kinds)
        return Logins.lists(Logins.hits.filter { kinds.contains($0.key) })
    }

    @Test(arguments: denials.indices)
    func `each list denies with its label, text and line`(index: Int) {
        let (kind, matched, text) = Self.denials[index]
        let judgement = Policy(lists: hits([kind])).judge(Logins.attempt(), facts: Logins.facts())
        let rule = RuleReference(file: "lists/\(kind.rawValue).lst", line: 2)
        #expect(judgement.verdict == .deny(Denial(matched: matched, rule: rule, text: text)))
        #expect(judgement.verdict.denial?.list == kind)
        #expect(judgement.outcomes.last == RuleOutcome(list: kind, outcome: .hit, rule: rule))
        #expect(judgement.outcomes.count == index + 1, "what comes after the decision is not looked at")
        #expect(judgement.outcomes.dropLast().allSatisfy { $0.outcome == .off })
    }

    @Test(arguments: denials.indices)
    func `of several hits the first list in order decides, thoroughly or not`(index: Int) {
        let policy = Policy(lists: hits(DenyListKind.allCases.dropFirst(index)))
        let quick = policy.judge(Logins.attempt(), facts: Logins.facts())
        let thorough = policy.judge(Logins.attempt(), facts: Logins.facts(), thoroughly: true)
        #expect(quick.verdict == thorough.verdict)
        #expect(quick.verdict.denial?.matched == Self.denials[index].matched)
        #expect(thorough.outcomes.map(\.list) == DenyListKind.allCases)
        #expect(thorough.outcomes.map(\.outcome) == (0..<10).map { $0 < index ? .off : .hit })
    }

    @Test func `the order is the order of the specification`() {
        #expect(DenyListKind.allCases == Self.denials.map(\.list))
    }

    @Test(arguments: DenyListKind.allCases)
    func `an entry that does not apply lets the login pass`(kind: DenyListKind) {
        let others: [DenyListKind: String] = [
            .ipNetworks: "176.112.160.0/21\n::b070:a9da/96\n::/0",
            .reverseHostname: "rimap26.i.mail\nRIMAP26.i.mail.ru",
            .networkName: "VK\nVK-FRONT-2", .networkCountry: "CH\nUS", .entities: "VKCOMPANY\nMNT",
            .asNumbers: "AS4776\n1",
            .asNames: "VK-AS\nLLC", .asCountry: "RU", .geoLocationIDs: "2017372\n5",
            .coordinates: "-43.2465,-46.59,100,0\n43.2465,50,100,0.1",
        ]
        let policy = Policy(lists: Logins.lists([kind: others[kind] ?? ""]), onUnknown: .deny)
        let judgement = policy.judge(Logins.attempt(), facts: Logins.facts())
        #expect(judgement.verdict == .allow)
        #expect(judgement.outcomes.first { $0.list == kind }?.outcome == .pass)
    }

    @Test(arguments: DenyListKind.allCases.filter { $0 != .ipNetworks }, UnknownFactAction.allCases)
    func `facts that could not be had are the policy's business, absent ones are no hit`(
        kind: DenyListKind, action: UnknownFactAction
    ) {
        let attempt = Logins.attempt()
        var facts = Logins.facts()
        let error = LookupError(.timedOut)
        facts.reverseHost = Sourced(.unavailable(error), source: .dns)
        facts.network = Sourced(.unavailable(error), source: .rdap)
        facts.origin = Sourced(.unavailable(error), source: .cymruDNS)
        facts.geo = Sourced(.unavailable(error), source: .maxmind)
        let denied = Denial(matched: "unknown", rule: nil, text: "access denied")

        let enforcing = Policy(lists: hits([kind]), onUnknown: action).judge(attempt, facts: facts)
        #expect(enforcing.unknownLists == [kind])
        switch action {
        case .allow: #expect(enforcing.verdict == .allow)
        case .deny: #expect(enforcing.verdict == .deny(denied))
        case .tempfail: #expect(enforcing.verdict == .tryLater(kind.facts))
        }
        let watching = Policy(mode: .watch, lists: hits([kind]), onUnknown: action).judge(attempt, facts: facts)
        #expect(watching.verdict == (action == .deny ? .wouldDeny(denied) : .allow))

        // A hit of a later list wins over the doubt of an earlier one, and of an earlier one over that of a later one.
        for other in [DenyListKind.ipNetworks, .reverseHostname, .coordinates] where other != kind {
            facts.reverseHost = Logins.facts().reverseHost
            if other == .coordinates { facts.geo = Logins.facts().geo }
            let judgement = Policy(lists: hits([kind, other]), onUnknown: action).judge(attempt, facts: facts)
            #expect(judgement.verdict.denial != nil && judgement.verdict.denial?.matched != "unknown")
        }

        facts.reverseHost = Sourced(.absent, source: .dns)
        facts.network = Sourced(.absent, source: .rdap)
        facts.origin = Sourced(.absent, source: .cymruDNS)
        facts.geo = Sourced(.absent, source: .maxmind)
        let absent = Policy(lists: hits([kind]), onUnknown: action).judge(attempt, facts: facts)
        #expect(absent.verdict == .allow)
        #expect(absent.outcomes.first { $0.list == kind }?.outcome == .pass)
    }

    @Test(arguments: UnknownFactAction.allCases, UnknownFactAction.allCases)
    func `what was not asked is another choice than what was not answered`(
        onUnknown: UnknownFactAction, onOverload: UnknownFactAction
    ) {
        var facts = Logins.facts()
        facts.network = Sourced(.unavailable(LookupError(.overloaded)), source: .none)
        func verdict(_ kinds: [DenyListKind], mode: JudgingMode = .enforce) -> Verdict {
            let lists = Logins.lists(Dictionary(uniqueKeysWithValues: kinds.map { ($0, "X1") }))
            return Policy(mode: mode, lists: lists, onUnknown: onUnknown, onOverload: onOverload)
                .judge(Logins.attempt(), facts: facts).verdict
        }
        func isRight(_ verdict: Verdict, _ actions: [UnknownFactAction]) -> Bool {
            if actions.contains(.tempfail) { return !verdict.isAllowed && verdict.denial == nil }
            return actions.contains(.deny) ? verdict.denial?.matched == "unknown" : verdict == .allow
        }
        #expect(isRight(verdict([.networkName]), [onOverload]))
        facts.reverseHost = Sourced(.unavailable(LookupError(.timedOut)), source: .dns)
        #expect(isRight(verdict([.networkName]), [onOverload]), "the list does not need the host's name")
        #expect(isRight(verdict([.reverseHostname]), [onUnknown]))
        #expect(isRight(verdict([.networkName, .reverseHostname]), [onOverload, onUnknown]))
        #expect(verdict([.networkName], mode: .watch).isAllowed)
    }

    @Test func `what was not asked is to be tried again unless the settings say otherwise`() {
        #expect(Policy().onOverload == .tempfail)
    }

    @Test(arguments: UnknownFactAction.allCases)
    func `an AS whose name could not be had is in doubt, one without a name is not`(action: UnknownFactAction) {
        var facts = Logins.facts()
        let trouble = LookupError(.timedOut)
        facts.origin = Sourced(
            .known(OriginFacts(asNumbers: [1], country: "CH", asNameTrouble: trouble)), source: .cymruDNS)
        let lists = Logins.lists([.asNames: "EVIL", .asNumbers: "2", .asCountry: "DE"])
        let judgement = Policy(lists: lists, onUnknown: action).judge(Logins.attempt(), facts: facts)
        #expect(judgement.unknownLists == [.asNames])
        switch action {
        case .allow: #expect(judgement.verdict == .allow)
        case .deny: #expect(judgement.verdict.denial?.matched == "unknown")
        case .tempfail: #expect(judgement.verdict == .tryLater([.origin]))
        }
        facts.origin = Sourced(.known(OriginFacts(asNumbers: [1], country: "CH")), source: .cymruDNS)
        #expect(Policy(lists: lists, onUnknown: action).judge(Logins.attempt(), facts: facts).verdict == .allow)
    }

    @Test(arguments: [
        ("AS47764", "LLC VK"), ("AS4134", "AS4134"), ("AS47541", "LLC VK"),
    ])
    func `a denial names the AS that met`(line: String, name: String) {
        let verdict = Policy(lists: Logins.lists([.asNumbers: line])).judge(Logins.attempt(), facts: Logins.facts())
            .verdict
        #expect(verdict.denial?.text == "access from \(name) is forbidden")
        var facts = Logins.facts()
        var geo = Logins.geo
        geo.asOrganization = nil
        facts.geo = Sourced(.known(geo), source: .maxmind)
        let nameless = Policy(lists: Logins.lists([.asNumbers: line])).judge(Logins.attempt(), facts: facts).verdict
        #expect(nameless.denial?.text == "access from \(line == "AS47764" ? "VK-AS, RU" : line) is forbidden")
    }

    @Test func `all entities are judged`() {
        var facts = Logins.facts()
        let handles = (0..<5000).map { "E\($0)-RIPE" }
        facts.network = Sourced(.known(NetworkFacts(entities: handles)), source: .rdap)
        for line in ["E0-RIPE", "e255-ripe", "E300-RIPE", "E4999-RIPE"] {
            let denial = Policy(lists: Logins.lists([.entities: line])).judge(Logins.attempt(), facts: facts).verdict
                .denial
            #expect(denial?.matched == "entity:\(line.uppercased())")
        }
    }

    @Test func `a list without entries needs no fact`() {
        let facts = Facts(
            address: IPAddress(Logins.text), localNetworks: LocalNetworks(), localLocationName: "local network")
        let empty = Dictionary(uniqueKeysWithValues: DenyListKind.allCases.map { ($0, "# nothing\n") })
        let judgement = Policy(lists: Logins.lists(empty), onUnknown: .deny).judge(Logins.attempt(), facts: facts)
        #expect(judgement.verdict == .allow)
        #expect(judgement.outcomes.allSatisfy { $0.outcome == .pass })
    }

    @Test(arguments: [
        ("AS47764", true), ("AS4134", true), ("AS47541", true), ("AS1", false),
    ])
    func `an AS number is met by every origin and by MaxMind's`(line: String, hits: Bool) {
        let policy = Policy(lists: Logins.lists([.asNumbers: line]))
        #expect((policy.judge(Logins.attempt(), facts: Logins.facts()).verdict != .allow) == hits)
    }

    @Test(
        arguments: [
            // list, origin's trouble, geo's trouble, outcome
            (.asNumbers, "AS47764", nil, .timedOut, .hit), (.asNumbers, "AS47541", .timedOut, nil, .hit),
            (.asNumbers, "AS47764", .timedOut, nil, .pass), (.asNumbers, "AS47541", nil, .timedOut, .unknown),
            (.asNumbers, "AS47541", nil, .notConfigured, .pass), (.asNumbers, "AS47764", .notConfigured, nil, .pass),
            (.asNumbers, "AS1", .notConfigured, .notConfigured, .unknown), (.asNumbers, "AS1", .offline, nil, .pass),
            (.asNames, "VK-AS, RU", nil, .timedOut, .hit), (.asNames, "LLC VK", .timedOut, nil, .hit),
            (.asNames, "VK-AS, RU", .timedOut, nil, .unknown), (.asNames, "LLC VK", nil, .notConfigured, .pass),
        ] as [(DenyListKind, String, LookupError.Code?, LookupError.Code?, RuleOutcome.Outcome)])
    func
        `of two sources a hit of either counts, MaxMind's number stands for the origin's, and only a configured one is missed`(
            kind: DenyListKind, line: String, origin: LookupError.Code?, geo: LookupError.Code?,
            outcome: RuleOutcome.Outcome
        )
    {
        var facts = Logins.facts()
        if let origin { facts.origin = Sourced(.unavailable(LookupError(origin)), source: .cymruDNS) }
        if let geo { facts.geo = Sourced(.unavailable(LookupError(geo)), source: .maxmind) }
        let judgement = Policy(lists: Logins.lists([kind: line])).judge(Logins.attempt(), facts: facts)
        #expect(judgement.outcomes.first { $0.list == kind }?.outcome == outcome)
    }

    @Test(
        arguments: [
            (nil, "VK-AS, RU", "access from VK-AS, RU is forbidden"),
            ("LLC VK", nil, "access from LLC VK is forbidden"),
            (nil, nil, "access from AS4134 is forbidden"),
        ] as [(String?, String?, String)])
    func `an AS is called by MaxMind's organisation, else its own name, else its number`(
        organization: String?, name: String?, text: String
    ) {
        var facts = Logins.facts()
        facts.origin = Sourced(.known(OriginFacts(asNumbers: [4134], asName: name)), source: .cymruDNS)
        var geo = GeoFacts()
        geo.asOrganization = organization
        facts.geo = Sourced(.known(geo), source: .maxmind)
        let judgement = Policy(lists: Logins.lists([.asNumbers: "4134"])).judge(Logins.attempt(), facts: facts)
        #expect(judgement.verdict.denial?.text == text)
    }

    @Test(arguments: [
        ("550478", "Khasavyurt"), ("567293", "Dagestan"), ("1", "A Rayon"), ("2017370", "Russia"),
        ("6255148", "Europe"), ("6255148\n2017370\n1", "A Rayon"),
    ])
    func `a geoname id is met by the city, any subdivision, the country or the continent`(line: String, name: String) {
        let judgement = Policy(lists: Logins.lists([.geoLocationIDs: line]))
            .judge(Logins.attempt(), facts: Logins.facts())
        #expect(judgement.verdict.denial?.text == "access from \(name) is forbidden")
    }

    @Test(arguments: [
        ("6252001", "United States"), ("2635167", "United Kingdom"), ("2635167\n6252001\n2017370", "Russia"),
        ("6255148\n2635167\n6252001", "United States"), ("6255148\n2635167", "United Kingdom"),
    ])
    func `a geoname id is met by the registered and the represented country, after the country itself`(
        line: String, name: String
    ) throws {
        var facts = Logins.facts()
        var geo = try #require(facts.geo.value)
        geo.registeredCountry = Place(geonameID: 6_252_001, name: "United States", code: "US")
        geo.representedCountry = Place(geonameID: 2_635_167, name: "United Kingdom", code: "GB")
        facts.geo = Sourced(.known(geo), source: .maxmind)
        let denial = Policy(lists: Logins.lists([.geoLocationIDs: line])).judge(Logins.attempt(), facts: facts).verdict
            .denial
        #expect(denial?.text == "access from \(name) is forbidden")
    }

    @Test func `every country has the name of the old table and any other two letters are shown as they are`() {
        let rows = countryTable.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        #expect(rows.count == 246)
        let lists = Logins.lists([.networkCountry: rows.map { $0[0] }.joined(separator: "\n") + "\nEU"])
        for (index, row) in (rows + [["EU", "EU"]]).enumerated() {
            var facts = Logins.facts()
            facts.network = Sourced(.known(NetworkFacts(country: row[0].lowercased())), source: .rdap)
            let denial = Policy(lists: lists).judge(Logins.attempt(), facts: facts).verdict.denial
            #expect(denial?.text == "access from \(row[1]) is forbidden")
            #expect(denial?.rule?.line == index + 1)
        }
        #expect(CountryNames.name(of: "zz") == "Local Country")
    }

    @Test(arguments: [nil, "", "EU # Country is really world wide", "R", "RUS", "Р"])
    func `what is no country code meets no country list`(country: String?) {
        var facts = Logins.facts()
        facts.network = Sourced(.known(NetworkFacts(country: country)), source: .rdap)
        facts.origin = Sourced(.known(OriginFacts(country: country)), source: .rdap)
        let lists = Logins.lists([.networkCountry: "EU\nRU", .asCountry: "EU\nRU"])
        #expect(Policy(lists: lists, onUnknown: .deny).judge(Logins.attempt(), facts: facts).verdict == .allow)
    }

    @Test func `without a PTR name the text is an empty pair of angle brackets`() {
        var facts = Logins.facts()
        let policy = Policy(lists: Logins.lists([.reverseHostname: "<>"]))
        #expect(policy.judge(Logins.attempt(), facts: facts).verdict == .allow)
        facts.reverseHost = Sourced(.absent, source: .dns)
        #expect(policy.judge(Logins.attempt(), facts: facts).verdict.denial?.matched == "rev_host")
        facts.reverseHost = Sourced(.unavailable(LookupError(.timedOut)), source: .dns)
        #expect(policy.judge(Logins.attempt(), facts: facts).unknownLists == [.reverseHostname])
    }

    @Test func `patterns match the whole text, or a prefix if the old way is asked for`() {
        let full = Logins.lists([.networkName: "VK-"])
        let prefix = Logins.lists([.networkName: "VK-"], matching: .prefix)
        #expect(Policy(lists: full).judge(Logins.attempt(), facts: Logins.facts()).verdict == .allow)
        #expect(Policy(lists: prefix).judge(Logins.attempt(), facts: Logins.facts()).verdict.denial != nil)
    }

    @Test func `of equal entries the first line is named`() {
        let lists = Logins.lists([.networkCountry: "US\n#\nRU\nru", .ipNetworks: "10.0.0.0/8"])
        let rule = Policy(lists: lists).judge(Logins.attempt(), facts: Logins.facts()).verdict.denial?.rule
        #expect(rule?.description == "lists/network_cc.lst:3")
    }

    @Test func `what foreign servers say cannot break out of a text`() {
        var facts = Logins.facts()
        let name = "A\r\nB\u{1B}[31m\u{202E}" + String(repeating: "x", count: 500)
        facts.network = Sourced(.known(NetworkFacts(name: name)), source: .rdap)
        let lists = DenyLists.build(
            [.networkName: DenyListFile(name: "l", text: "A")], engine: LiteralPatternEngine(), matching: .prefix)
        let text = Policy(lists: lists.lists).judge(Logins.attempt(), facts: facts).verdict.denial?.text ?? ""
        #expect(text.hasPrefix(#"access from network A\u000d\u000aB\u001b[31m\u202exxx"#))
        #expect(text.count < 300 && text.hasSuffix("…  is forbidden".replacing("  ", with: " ")))
    }
}
