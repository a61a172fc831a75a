import AuditCore
import AuditCoreTesting
import Foundation
import PythonRegex
import Replay
import Report
import Testing

struct SuggestTests {
    private func suggest(
        _ bad: BadLogins, _ fields: [RecordFields], collateral: Int = 0, matching: PatternMatching = .full
    ) throws -> Suggestions {
        var configuration = Suggester.Configuration(bad: bad, since: nil, until: Logins.end)
        (configuration.collateral, configuration.matching) = (collateral, matching)
        return try Suggester.run(configuration, over: { Logins.Source(fields) })
    }

    @Test func `records that were gone when they were read again tell nothing of whom a line would meet`() throws {
        let fields = [try Logins.login("honey"), try Logins.login("alice")]
        var opened = 0
        #expect(throws: ReportError.self) {
            _ = try Suggester.run(
                Suggester.Configuration(bad: BadLogins(users: [NamePattern("honey")]), since: nil, until: Logins.end),
                over: {
                    opened += 1
                    return Logins.Source(opened == 1 ? fields : Array(fields.prefix(1)))
                })
        }
    }

    @Test func `another honeypot's logins keep no line from being suggested, unless it is spared`() throws {
        let fields = [
            try Logins.login("honey-a"), try Logins.login("honey-b"), try Logins.login("alice", from: "45.9.9.9"),
        ]
        var bad = BadLogins(users: [NamePattern("honey-a")])
        bad.honeypots = [NamePattern("honey-*")]
        let found = try suggest(bad, fields)
        #expect(found.text.contains("# covers 1 of 1 logins of honey-a, 0 of 1 users,"), "\(found.text)")
        #expect(found.inseparable.isEmpty)
        bad.spared = [NamePattern("honey-b")]
        #expect(try suggest(bad, fields).lines.isEmpty)
    }

    /// The lists that the suggested lines make.
    private func policy(_ lines: [Suggestions.Line], _ matching: PatternMatching = .full) -> Policy {
        var texts: [DenyListKind: String] = [:]
        for line in lines { texts[line.list, default: ""] += line.text + "\n" }
        let files = texts.map { ($0, DenyListFile(name: $0.rawValue, text: $1)) }
        let build = DenyLists.build(
            Dictionary(uniqueKeysWithValues: files), engine: PCRE2PatternEngine(), matching: matching)
        #expect(build.problems.isEmpty, "\(build.problems)")
        return Policy(lists: build.lists)
    }

    private func isDenied(_ fields: RecordFields, by policy: Policy) throws -> Bool {
        let facts = try #require(fields.facts?.facts)
        let attempt = LoginAttempt(login: "", service: "imap", address: facts.address, time: fields.time)
        // Facts that could not be asked for are no hit: such a login is asked to try again, whatever the lines say.
        if case .deny = policy.judge(attempt, facts: facts).verdict { return true }
        return false
    }

    @Test(arguments: 1...12)
    func `no suggestion meets a login that is not bad`(seed: Int) throws {
        var logins = SeededLogins(seed: UInt64(seed), users: 60)
        let matching: PatternMatching = seed.isMultiple(of: 3) ? .prefix : .full
        var fields: [RecordFields] = []
        for _ in 0..<(seed.isMultiple(of: 2) ? 60 : 500) {
            let attempt = logins.attempt()
            let record = Logins.record(attempt, logins.facts(of: attempt.address), Policy())
            fields.append(try #require(Logins.fields(record)))
        }
        let bad = BadLogins(users: [NamePattern("user1*")])
        let suggestions = try suggest(bad, fields, matching: matching)
        let policy = policy(suggestions.lines, matching)
        let left = Set(suggestions.inseparable.map(\.address))
        var covered = 0
        for record in fields {
            let isBad = record.record.user.hasPrefix("user1")
            let isDenied = try isDenied(record, by: policy)
            if !isBad {
                #expect(!isDenied, "\(record.record.user) \(record.record.address ?? "")\n\(suggestions.text)")
            }
            if isBad, isDenied { covered += 1 }
            if isBad, !isDenied {
                #expect(left.contains(record.record.address), "\(record.record)\n\(suggestions.text)")
            }
        }
        #expect(covered > 0 && suggestions.lines.allSatisfy { $0.alsoMeets.isEmpty })
        #expect(suggestions.logins == fields.count { $0.record.user.hasPrefix("user1") })
    }

    /// A provider in an AS that decent people use too.
    private func shared(_ change: (Int, inout Facts) -> Void) throws -> [RecordFields] {
        let bad = try (0..<41).map { number in
            try Logins.login("honey-sugar", from: "45.\(number).2.3", at: number) { facts in
                facts.network = Sourced(.known(NetworkFacts(name: "SHARED", country: "DE")), source: .rdap)
                change(number, &facts)
            }
        }
        let good = try (0..<300).map { number in
            try Logins.login("user\(number % 83)", from: "45.\(number % 60).9.\(number % 250)", at: number) { facts in
                facts.network = Sourced(.known(NetworkFacts(name: "SHARED", country: "DE")), source: .rdap)
                facts.reverseHost = Sourced(.known(PTRNames("c\(number).customers.example.org")), source: .dns)
            }
        }
        return good + bad
    }

    @Test func `of a provider hidden in a shared AS the PTR name is found`() throws {
        let fields = try shared { number, facts in
            facts.reverseHost = Sourced(.known(PTRNames("vps\(number).cheap-vps.example")), source: .dns)
        }
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey-*")]), fields)
        #expect(
            suggestions.text == """
                # for the list reverse_hostname
                # covers 41 of 41 logins of honey-sugar, 0 of 83 users, first seen 2024-04-30
                (?i).*\\.cheap-vps\\.example

                """)
    }

    @Test func `of a provider hidden in a shared AS the net name is found`() throws {
        let fields = try shared { _, facts in
            facts.network = Sourced(.known(NetworkFacts(name: "CHEAP.VPS", country: "DE")), source: .rdap)
        }
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey-sugar")]), fields)
        #expect(suggestions.lines.map(\.text) == ["CHEAP\\.VPS"] && suggestions.inseparable.isEmpty)
    }

    // MARK: What the records do not know

    /// As a record of before `AUDIT_FACTS`: without MaxMind's AS number, and with one PTR name.
    private func old(_ fields: RecordFields, _ line: String) throws -> RecordFields {
        let facts = try #require(line.range(of: #""facts":\{.*\},"duration_us""#, options: .regularExpression))
        return try #require(
            RecordFields(jsonLine: Array(line.replacingCharacters(in: facts, with: #""duration_us""#).utf8)))
    }

    private func login(_ user: String, from address: String, isOld: Bool = false, _ change: (inout Facts) -> Void)
        throws -> RecordFields
    {
        var facts = Facts(address: IPAddress(address), localNetworks: LocalNetworks(), localLocationName: "house")
        facts.reverseHost = Sourced(.absent, source: .dns)
        facts.network = Sourced(.known(NetworkFacts(country: "DE")), source: .rdap)
        facts.origin = Sourced(.absent, source: .cymruDNS)
        facts.geo = Sourced(.absent, source: .maxmind)
        change(&facts)
        let attempt = LoginAttempt(login: user, service: "imap", address: facts.address, time: Logins.start)
        let record = Logins.record(attempt, facts, Policy())
        let fields = try #require(Logins.fields(record))
        return isOld ? try old(fields, AuditEntry.login(record).jsonLine) : fields
    }

    private func isInAS(_ facts: inout Facts) {
        var geo = GeoFacts()
        (geo.asNumber, geo.asOrganization) = (47_541, "VK")
        facts.geo = Sourced(.known(geo), source: .maxmind)
    }

    @Test func `no AS is suggested where the records of others do not know theirs`() throws {
        let bad = try (0..<9).map { try login("honey", from: "45.\($0).1.1", isInAS) }
        let good = try (0..<50).map { try login("user\($0)", from: "46.\($0).1.1", isOld: true, isInAS) }
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey")]), bad + good)
        #expect(
            suggestions.lines.allSatisfy { $0.list == .ipNetworks } && suggestions.lines.count == 9,
            "\(suggestions.text)")
        #expect(
            suggestions.text.contains(
                """
                # note: no lines for as_numbers are suggested: of 50 of 50 users no login has on record what these would be compared \
                with
                """), "\(suggestions.text)")
        // The same with records that know: the AS is everybody's.
        let known = try (0..<50).map { try login("user\($0)", from: "46.\($0).1.1", isInAS) }
        let all = try suggest(BadLogins(users: [NamePattern("honey")]), bad + known)
        #expect(all.lines.allSatisfy { $0.list == .ipNetworks } && all.notes.isEmpty)
    }

    @Test func `who has logins of which a fact could not be had is counted`() throws {
        let named: (inout Facts) -> Void = {
            $0.network = Sourced(.known(NetworkFacts(name: "CHEAP", country: "DE")), source: .rdap)
        }
        let bad = try (0..<9).map { try login("honey", from: "45.\($0).1.1", named) }
        func good(_ unknown: Int) throws -> [RecordFields] {
            try (0..<50).map { number in
                try login("user\(number)", from: "46.\(number).1.1") {
                    if number < unknown { $0.network = Sourced(.unavailable(LookupError(.overloaded)), source: .none) }
                }
            }
        }
        let few = try suggest(BadLogins(users: [NamePattern("honey")]), bad + good(2))
        #expect(
            few.text == """
                # for the list network_name
                # covers 9 of 9 logins of honey, 0 of 50 users, first seen 2024-04-30; 2 users have logins without that fact on record
                CHEAP

                """)
        #expect(few.lines.map(\.unknown) == [2])
        #expect(
            try suggest(BadLogins(users: [NamePattern("honey")]), bad + good(1)).text.contains(
                "; 1 user has logins without"))
        #expect(
            !(try suggest(BadLogins(users: [NamePattern("honey")]), bad + good(0)).text.contains("without that fact")))
        let many = try suggest(BadLogins(users: [NamePattern("honey")]), bad + good(6))
        #expect(
            many.lines.count == 9
                && many.text.contains("note: no lines for network_name are suggested: of 6 of 50 users no"))
        // Whose other logins are known is seen.
        let seen = try suggest(BadLogins(users: [NamePattern("honey")]), bad + good(6) + good(0))
        #expect(seen.lines.map(\.text) == ["CHEAP"] && seen.lines.map(\.unknown) == [6], "\(seen.text)")
    }

    @Test func `what a record lacks of an address is what others know of it`() throws {
        let named: (inout Facts) -> Void = {
            $0.network = Sourced(.known(NetworkFacts(name: "CHEAP", country: "DE")), source: .rdap)
        }
        let unknown: (inout Facts) -> Void = {
            $0.network = Sourced(.unavailable(LookupError(.timedOut)), source: .none)
        }
        var fields = try (0..<9).map { try login("honey", from: "45.\($0).1.1", named) }
        fields += try (0..<50).map { try login("user\($0)", from: "46.\($0).1.1") { _ in } }
        fields.append(try login("bob", from: "45.3.1.1", unknown))
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey")]), fields)
        #expect(suggestions.lines.count == 8 && suggestions.lines.allSatisfy { $0.list == .ipNetworks })
        #expect(suggestions.inseparable.map(\.address) == ["45.3.1.1"], "\(suggestions.text)")
    }

    @Test func `entities that did not fit are counted, too`() throws {
        let handles = (0..<3000).map { "LONG-HANDLE-\($0)-OF-A-REGISTRY" }
        var fields = try (0..<9).map { number in
            try login("honey", from: "45.\(number).1.1") {
                $0.network = Sourced(.known(NetworkFacts(country: "DE", entities: ["ORG-CHEAP"])), source: .rdap)
            }
        }
        fields += try (0..<50).map { number in
            try login("user\(number)", from: "46.\(number).1.1") {
                guard number == 0 else { return }
                $0.network = Sourced(
                    .known(NetworkFacts(country: "DE", entities: handles + ["ORG-CHEAP"])), source: .rdap)
            }
        }
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey")]), fields)
        #expect(
            suggestions.lines.map(\.text) == ["ORG-CHEAP"] && suggestions.lines.map(\.unknown) == [1],
            "\(suggestions.text)")
    }

    @Test func `guesses at names that nobody knows are in nobody's way`() throws {
        func guess(_ user: String) throws -> RecordFields {
            var record = Logins.record(
                LoginAttempt(login: user, service: "imap", address: IPAddress("45.1.2.3"), time: Logins.start),
                Facts(address: IPAddress("45.1.2.3"), localNetworks: LocalNetworks(), localLocationName: ""), Policy())
            record.isOfNobody = true
            return try #require(Logins.fields(record))
        }
        let fields = try [Logins.login("honey")] + (0..<40).map { try guess("guess\($0)") } + [guess("honey")]
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey")]), fields)
        #expect(
            suggestions.logins == 1 && suggestions.users == 0 && suggestions.lines.count == 1, "\(suggestions.text)")
    }

    @Test(arguments: ["[ORG-X", "{ORG-X", "#ORG", ";ORG", "//ORG", "--ORG"])
    func `a handle that would make a list something else is not suggested`(handle: String) throws {
        let fields = try (0..<5).map { number in
            try login("honey", from: "45.\(number).1.1") {
                $0.network = Sourced(.known(NetworkFacts(country: "DE", entities: [handle])), source: .rdap)
            }
        }
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey")]), fields)
        #expect(suggestions.lines.allSatisfy { $0.list == .ipNetworks } && !suggestions.lines.isEmpty)
        _ = policy(suggestions.lines)
    }

    @Test func `a network is a line for all of its addresses, also those of which nobody knew that they are in it`()
        throws
    {
        let registered: (inout Facts) -> Void = {
            $0.network = Sourced(.known(NetworkFacts(country: "DE", cidr: "45.7.0.0/16")), source: .rdap)
        }
        let fields = try [
            login("honey", from: "45.7.1.1", registered), login("honey", from: "45.7.2.1", registered),
            login("honey", from: "45.7.3.1") { _ in },
        ]
        let suggestions = try suggest(BadLogins(users: [NamePattern("honey")]), fields)
        #expect(
            suggestions.lines.map(\.text) == ["45.7.0.0/16"] && suggestions.lines.map(\.logins) == [3],
            "\(suggestions.text)")
    }

    @Test func `no line is left that others make useless`() throws {
        for seed in 1...4 {
            var logins = SeededLogins(seed: UInt64(seed), users: 40)
            var fields: [RecordFields] = []
            for _ in 0..<120 {
                let attempt = logins.attempt()
                fields.append(
                    try #require(Logins.fields(Logins.record(attempt, logins.facts(of: attempt.address), Policy()))))
            }
            let suggestions = try suggest(BadLogins(users: [NamePattern("user2*")]), fields)
            for line in suggestions.lines {
                let (all, without) = (policy(suggestions.lines), policy(suggestions.lines.filter { $0 != line }))
                let isNeeded = try fields.contains { try isDenied($0, by: all) && !isDenied($0, by: without) }
                #expect(isNeeded, "\(line.text) in\n\(suggestions.text)")
            }
        }
    }

    @Test func `what cannot be told apart is said, with whom it would hit, and allowed if so wished`() throws {
        let fields = try [
            Logins.login("honey", from: "45.1.2.3"), Logins.login("bob", from: "45.1.2.3"),
            Logins.login("carol", from: "45.9.9.9"),
            Logins.login("honey", from: "10.1.2.3"),
        ]
        let bad = BadLogins(users: [NamePattern("honey")])
        let strict = try suggest(bad, fields)
        #expect(strict.lines.isEmpty)
        #expect(
            strict.text.contains("# 45.1.2.3, 1 login of honey: ip_networks 45.1.2.3 would also meet 1 user: bob\n"))
        #expect(strict.text.contains("# 10.1.2.3, 1 login of honey: a private address, which no list denies\n"))
        let lenient = try suggest(bad, fields, collateral: 1)
        #expect(lenient.lines.map(\.text) == ["45.1.2.3"] && lenient.lines.first?.alsoMeets == ["bob"])
    }

    @Test func `bad are also passwords, networks and what is only watched; nobody who is spared`() throws {
        let fields = try [
            Logins.login("alice", from: "45.1.0.1", password: 7), Logins.login("alice", from: "46.1.0.1", password: 8),
            Logins.login("bob", from: "47.1.0.1"),
        ]
        var passwords = BadLogins()
        passwords.passwords = [7]
        #expect(try suggest(passwords, fields).lines.map(\.text) == ["45.1.0.1"])
        var networks = BadLogins()
        networks.networks = [try #require(IPPrefix("47.0.0.0/8"))]
        #expect(try suggest(networks, fields).lines.map(\.text) == ["47.1.0.1"])
        networks.spared = [NamePattern("b?b")]
        #expect(try suggest(networks, fields).logins == 0)
    }

    @Test(arguments: [
        ("honey-*", "honey-", true), ("honey-*", "honey-craig", true), ("honey-*", "xhoney-a", false), ("*", "", true),
        ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXbYY", false), ("?", "é", true), ("?", "", false),
        ("h?ney", "honey", true),
        ("honey", "Honey", false), ("*@example.org", "a@example.org", true), ("**", "x", true), ("a*", "ba", false),
    ])
    func `a pattern of names is the whole name`(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }
}
