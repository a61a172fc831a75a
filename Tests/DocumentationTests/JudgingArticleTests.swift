import AuditCoreTesting
import Locks
import Testing

@testable import AuditCore

// The code of AddADenyList.

final class Mechanisms: IndexedDenyList {
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

    @Test func `a list in a file of its own reads, denies and says where`() {
        let file = DenyListFile(name: "mechanisms.lst", text: "plain\nLOG\u{7F}IN\n")
        let compiler = PatternCompiler(engine: LiteralPatternEngine(), matching: .full) { _ in }
        var reader = DenyListReader(file, Mechanisms.syntax, .deny, compiler)
        let list = Mechanisms(reading: &reader)
        #expect(reader.problems.all.map(\.line) == [2])

        var attempt = LoginAttempt(login: "alice", service: "imap", address: nil, time: time)
        let facts = Facts(address: nil, localNetworks: LocalNetworks(), localLocationName: "local network")
        #expect(list.denial(attempt, facts) == nil)
        attempt.mechanism = "PLAIN"
        let denial = list.denial(attempt, facts)
        #expect(denial?.matched == DenyListKind.mechanisms.label)
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

    /// Time that only a test moves.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func advance(by duration: Duration) { time.withLock { $0 += duration } }
    }

    @Test func `a cache is held to its contract`() async throws {
        let clock = Clock()
        let cache = InMemoryLookupCache { clock.now }

        try await LookupCacheContract { cache }.run { duration in clock.advance(by: duration) }
    }
}
