import AuditCore
import AuditCoreTesting
import Testing

// The code of AddADenyList.

final class Mechanisms: DenyList {
    static let name = "mechanisms"
    static let label = "mechanism"
    static let facts: [FactKind] = []
    static let syntax = ListSyntax(memberNames: ["mechanism"])

    let entries: IndexedEntries<LiteralIndex<String>>

    init(reading reader: inout DenyListReader) {
        entries = reader.literals("is no name of a SASL mechanism") { line in
            let name = String(decoding: line.entry, as: UTF8.self).uppercased()
            return name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? name : nil
        }
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard let mechanism = attempt.mechanism?.uppercased() else { return nil }
        return entries.index.line(of: mechanism, at: attempt.time).map { denial(of: mechanism, line: $0) }
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (nil, nil) }
}

extension DenyListKind {
    static let mechanisms = DenyListKind(Mechanisms.self)
}

/// Runs the code of AuditCore's articles, which stands here as it stands there; see ``ArticleTests``.
struct JudgingArticleTests {
    private let time = Timestamp(milliseconds: 0)

    @Test func `ten lines judge an address`() throws {
        let (engine, address) = (LiteralPatternEngine(), try #require(IPAddress("176.112.169.218")))
        var printed: [String] = []
        func print(_ text: String) { printed.append(text) }

        let countries = DenyListFile(name: "countries.lst", text: "RU\nKP\n")
        let build = DenyLists.build([.networkCountry: countries], engine: engine)
        for problem in build.problems { print("problem: \(problem)") }

        var facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "local network")
        facts.network = Sourced(.known(NetworkFacts(name: "EXAMPLE-NET", country: "RU")), source: FactSource("example"))

        let attempt = LoginAttempt(login: "alice", service: "imap", address: address, time: time)
        let policy = Policy(lists: build.lists, onUnknown: .tempfail)
        let judgement = policy.judge(attempt, facts: facts)
        print(judgement.verdict.denial?.text ?? "welcome")

        #expect(printed == ["access from Russian Federation is forbidden"])
    }

    @Test func `a list in a file of its own reads, denies and says where`() throws {
        let engine = LiteralPatternEngine()

        let file = DenyListFile(name: "mechanisms.lst", text: "plain\nLOG\u{7F}IN\n")
        let build = DenyLists.build([.mechanisms: file], engine: engine)

        #expect(build.problems.map(\.line) == [2])
        let policy = Policy(lists: build.lists)
        let address = try #require(IPAddress("176.112.169.218"))
        var attempt = LoginAttempt(login: "alice", service: "imap", address: address, time: time)
        let facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "local network")
        #expect(policy.judge(attempt, facts: facts).verdict == .allow)
        attempt.mechanism = "PLAIN"
        let denial = policy.judge(attempt, facts: facts).verdict.denial
        #expect(denial?.list == .mechanisms)
        #expect(denial?.matched == Mechanisms.label)
        #expect(denial?.rule == RuleReference(file: "mechanisms.lst", line: 1))
    }

    @Test func `an auditor asks a fixed source`() async throws {
        let file = DenyListFile(name: "countries.lst", text: "RU\n")
        let policy = Policy(lists: DenyLists.build([.networkCountry: file], engine: LiteralPatternEngine()).lists)
        let address = try #require(IPAddress("176.112.169.218"))
        let attempt = LoginAttempt(login: "alice", service: "imap", address: address, time: time)

        let (gatherer, sink, trail) = (FactGatherer(), RecordingAuditSink(), AuditTrail { _ in })
        trail.use([sink])
        let configuration = Auditor.Configuration(
            policy: policy, localNetworks: LocalNetworks(), localLocationName: "local network",
            sources: FixedSources(network: .known(NetworkFacts(country: "RU"))).all)
        let auditor = Auditor(configuration, gatherer: gatherer, trail: trail)
        let judgement = await withTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            defer { group.cancelAll() }
            return await auditor.judge(attempt, auditor.gather(for: attempt))
        }

        #expect(judgement.verdict.denial?.list == .networkCountry)
        #expect(sink.entries.isEmpty)
    }

    @Test func `fixed sources say what they are told to, and nothing else`() async throws {
        let address = try #require(IPAddress("176.112.169.218"))

        let silent = FixedSources(network: .unavailable(LookupError(.timedOut)))

        #expect(await silent.all.network?.fact(about: address).fact == .unavailable(LookupError(.timedOut)))
        #expect(await silent.all.reverse?.fact(about: address).fact == .absent)
        #expect(await silent.all.origin?.fact(about: address).fact == .absent)
        #expect(silent.place(of: address).fact == .absent)
    }

    @Test func `an engine and a sink are held to their contracts`() async throws {
        let engine = LiteralPatternEngine(refusing: ["(": "missing )"])

        try await PatternEngineContract(badPattern: "(") { engine }.run()
        try await AuditSinkContract(written: { $0.entries.count }) { RecordingAuditSink() }.run()
    }
}
