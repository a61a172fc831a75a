import AuditCore
import AuditCoreTesting
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

    /// The lists that the suggested lines make.
    private func policy(_ suggestions: Suggestions, _ matching: PatternMatching = .full) -> Policy {
        var texts: [DenyListKind: String] = [:]
        for line in suggestions.lines { texts[line.list, default: ""] += line.text + "\n" }
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
        let policy = policy(suggestions, matching)
        let left = Set(suggestions.inseparable.map(\.address))
        var covered = 0
        for record in fields {
            let isBad = record.record.user.hasPrefix("user1")
            let isDenied = try isDenied(record, by: policy)
            if !isBad { #expect(!isDenied, "\(record.record.user) \(record.record.address ?? "")\n\(suggestions.text)") }
            if isBad, isDenied { covered += 1 }
            if isBad, !isDenied { #expect(left.contains(record.record.address), "\(record.record)\n\(suggestions.text)") }
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

    @Test func `what cannot be told apart is said, with whom it would hit, and allowed if so wished`() throws {
        let fields = try [
            Logins.login("honey", from: "45.1.2.3"), Logins.login("bob", from: "45.1.2.3"), Logins.login("carol", from: "45.9.9.9"),
            Logins.login("honey", from: "10.1.2.3"),
        ]
        let bad = BadLogins(users: [NamePattern("honey")])
        let strict = try suggest(bad, fields)
        #expect(strict.lines.isEmpty)
        #expect(strict.text.contains("# 45.1.2.3, 1 login of honey: ip_networks 45.1.2.3 would also meet 1 user: bob\n"))
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
        ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXbYY", false), ("?", "é", true), ("?", "", false), ("h?ney", "honey", true),
        ("honey", "Honey", false), ("*@example.org", "a@example.org", true), ("**", "x", true), ("a*", "ba", false),
    ])
    func `a pattern of names is the whole name`(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }
}
