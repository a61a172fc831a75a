import AuditCore
import AuditCoreTesting
import Foundation
@testable import Replay
import Report
import Testing

struct ReplayTests {
    /// How many generated records are judged again: `REPLAY_RECORDS`, else as many as a test run can afford.
    private static let size = ProcessInfo.processInfo.environment["REPLAY_RECORDS"].flatMap { Int($0) } ?? 10_000

    /// A login as the service would judge and record it, some of whose facts come late.
    private func login(_ logins: inout SeededLogins, _ policy: Policy) throws -> (RecordFields, Judgement) {
        let attempt = logins.attempt()
        let complete = logins.facts(of: attempt.address)
        let blank = Facts(address: attempt.address, localNetworks: LocalNetworks(), localLocationName: "house")
        let waitedFor = policy.factsNeeded(for: attempt, facts: blank)
        var known = complete
        let error = LookupError(logins.chance(30) ? .overloaded : .timedOut)
        if logins.chance(5), !blank.isSettled(.network) { known.network = Sourced(.unavailable(error), source: .none) }
        if logins.chance(5), !blank.isSettled(.reverseHost) {
            known.reverseHost = Sourced(.unavailable(error), source: .none)
        }
        if logins.chance(5), !blank.isSettled(.origin) { known.origin = Sourced(.unavailable(error), source: .none) }
        let judgement = policy.judge(attempt, facts: known)
        let record = Logins.record(
            attempt, known, policy, password: logins.chance(50) ? 7 : nil,
            missing: MissingFacts(in: known, waitedFor: waitedFor), complete: complete)
        return (try #require(Logins.fields(record)), judgement)
    }

    @Test(arguments: [UnknownFactAction.allow, .deny, .tempfail])
    func `lists in force decide recorded logins as they did`(onUnknown: UnknownFactAction) throws {
        var logins = SeededLogins(seed: 11)
        var (rounds, differences, refused, unknown) = (0, 0, 0, 0)
        while rounds < Self.size / 3 {
            let policy = Logins.policy(Logins.lists(&logins.numbers), onUnknown: onUnknown)
            var fields: [RecordFields] = []
            for _ in 0..<1000 {
                let (record, judgement) = try login(&logins, policy)
                fields.append(record)
                let facts = try #require(record.facts).atVerdict
                let again = policy.judge(
                    LoginAttempt(
                        login: "", service: record.record.service ?? "", address: facts.address, time: record.time),
                    facts: facts)
                if again.verdict != judgement.verdict || again.outcomes != judgement.outcomes { differences += 1 }
                if !judgement.verdict.isAllowed { refused += 1 }
                if !judgement.unknownLists.isEmpty { unknown += 1 }
            }
            let findings = try Logins.replay(policy, over: fields)
            #expect(findings.logins == 1000 && findings.outcome != .differs)
            rounds += 1000
        }
        #expect(differences == 0)
        #expect(refused > rounds / 50 && unknown > rounds / 50, "the records have verdicts of all kinds")
    }

    @Test func `people are counted, not connections`() throws {
        let fields = try [
            Logins.login("alice", at: 1, password: 1), Logins.login("alice", at: 5, password: 1),
            Logins.login("alice", from: "45.9.9.9", at: 3, password: 2), Logins.login("bob", at: 2),
            Logins.login("carol", from: "46.1.2.3", at: 2),
        ]
        let findings = try Logins.replay(Logins.policy([.ipNetworks: "45.0.0.0/8"]), .policy(Policy()), over: fields)
        #expect(findings.outcome == .differs && findings.logins == 5 && findings.users == 3)
        #expect(findings.newlyRefused.logins == 4)
        #expect(findings.newlyRefused.users.map(\.user) == ["alice", "bob"])
        #expect(findings.newlyRefused.users.map(\.logins) == [3, 1])
        #expect(findings.newlyRefused.users.first?.last == Logins.start.advanced(by: .seconds(300)))
        #expect(findings.newlyRefused.passwords.map(\.password) == [1, 2])
        #expect(findings.newlyRefused.passwords.map(\.logins) == [2, 1])
        #expect(findings.newlyAllowed.logins == 0)
        #expect(
            findings.lines == [
                ReplayFindings.Line(
                    list: ListKey(.ipNetworks), rule: "ip_networks.lst:1", hits: 4, users: 2,
                    last: Logins.start.advanced(by: .seconds(300)))
            ])
    }

    @Test func `who was refused and would be let in is said, with the line that refused him`() throws {
        let fields = try [Logins.login("alice", blocked: "net_cc"), Logins.login("alice", at: 1)]
        let findings = try Logins.replay(Policy(), over: fields)
        #expect(findings.outcome == .differs && findings.newlyAllowed.logins == 1)
        #expect(findings.newlyAllowed.users.first?.rule == "old.lst:3")
    }

    @Test func `compared with what is in force, it is the line in force that had refused`() throws {
        // Then somebody else's line refused one of the logins, and none the other.
        let fields = try [Logins.login("alice", blocked: "net_cc"), Logins.login("bob", from: "45.9.9.9", at: 1)]
        let inForce = Logins.policy([.ipNetworks: "# now\n45.0.0.0/8"])
        let findings = try Logins.replay(Policy(), .policy(inForce), over: fields)
        #expect(findings.newlyAllowed.users.map(\.rule) == ["ip_networks.lst:2", "ip_networks.lst:2"])
        let unknown = try Logins.login("carol") { $0.network = .notAsked }
        let strict = Logins.policy([.networkCountry: "RU"], onUnknown: .deny)
        #expect(
            try Logins.replay(Policy(), .policy(strict), over: [unknown]).newlyAllowed.users.map(\.rule) == ["unknown"])
    }

    @Test func `logins of users whom nobody knows are no users locked out`() throws {
        var guess = SampleRecords.vk()
        guess.isOfNobody = true
        let policy = Logins.policy([.networkCountry: "RU"])
        let findings = try Logins.replay(
            policy, .policy(Policy()), over: [#require(Logins.fields(guess)), Logins.login("alice")])
        #expect(findings.outcome == .same && findings.logins == 1 && findings.users == 1 && findings.lines.isEmpty)
        #expect(
            findings.notes == ["1 logins were of users whom nobody knows (AUDIT_UNKNOWN_USER), and were not judged"])
    }

    @Test func `an exception lets in on the past as well, and its line is counted`() throws {
        var policy = Logins.policy([.ipNetworks: "45.0.0.0/8"])
        let file = DenyListFile(name: "users.lst", text: "# who travels\nalice\n")
        policy.allowLists = DenyLists.build([.users: file], effect: .allow, engine: LiteralPatternEngine()).lists
        let fields = try [Logins.login("alice", at: 1), Logins.login("alice", at: 2), Logins.login("bob", at: 3)]
        let findings = try Logins.replay(policy, .policy(Policy()), over: fields)
        #expect(findings.newlyRefused.users.map(\.user) == ["bob"])
        #expect(findings.lines.map(\.rule) == ["users.lst:2", "ip_networks.lst:1"])
        #expect(findings.lines.map(\.hits) == [2, 1])
    }

    @Test(arguments: ["deleted", "disallowed", "expired"])
    func `what is refused whatever lists say is not judged`(matched: String) throws {
        let findings = try Logins.replay(
            Policy(), over: [Logins.login("alice", blocked: matched), Logins.login("bob")])
        #expect(findings.outcome == .same && findings.logins == 1 && findings.notes.count == 1)
    }

    @Test func `a fact that came too late is missing again, one that nobody waited for is there`() throws {
        let facts = SampleRecords.vk().facts
        var then = facts
        then.network = Sourced(.unavailable(LookupError(.timedOut)), source: .none)
        let attempt = SampleRecords.vk().attempt
        let policy = Logins.policy([.networkName: "VK-FRONT"])
        for (waitedFor, isRefused) in [(Set([FactKind.network]), false), ([], true)] {
            let record = Logins.record(
                attempt, then, policy, missing: MissingFacts(in: then, waitedFor: waitedFor), complete: facts)
            let findings = try Logins.replay(policy, .policy(Policy()), over: [try #require(Logins.fields(record))])
            #expect((findings.newlyRefused.logins == 1) == isRefused)
            #expect((findings.withoutFacts == 1) != isRefused)
        }
    }

    @Test func `too little is known to say that nothing differs`() throws {
        let unknown = try Logins.login("alice") { $0.network = .notAsked }
        let policy = Logins.policy([.networkCountry: "RU"])
        #expect(try Logins.replay(policy, over: [unknown]).outcome == .tooFewFacts)
        #expect(try Logins.replay(policy, over: []).outcome == .tooFewFacts, "no logins prove nothing")
        let known = try (0..<9).map { try Logins.login("user\($0)") }
        #expect(try Logins.replay(policy, over: known + [unknown]).outcome == .same, "one in ten")
        #expect(try Logins.replay(policy, over: known.dropLast() + [unknown]).outcome == .tooFewFacts)
        #expect(try Logins.replay(Policy(), over: [unknown]).outcome == .same, "no list asks for it")
    }

    @Test func `records of before are judged by what they have, and it is said`() throws {
        let fields = SampleRecords.vk().fields.map { (name: $0.name, value: $0.journalText) }
            .filter { $0.name != "AUDIT_FACTS" && $0.name != "AUDIT_SOURCES" }
        let record = try #require(RecordFields(journalFields: fields, time: Logins.start))
        let findings = try Logins.replay(Logins.policy([.entities: "vkcompany-mnt"]), over: [record])
        #expect(findings.newlyRefused.users.map(\.user) == ["honey-craig"] && findings.incomplete == 1)
        #expect(findings.notes.contains { $0.contains("AUDIT_FACTS") })
    }

    @Test func `honeypots are no users, and are named as what they are`() throws {
        var sample = SampleRecords.vk()
        sample.isHoneypot = true
        let fields = [try #require(Logins.fields(sample)), try Logins.login("alice")]
        let findings = try Logins.replay(Logins.policy([.networkCountry: "RU\nDE"]), .policy(Policy()), over: fields)
        #expect(findings.users == 1 && findings.newlyRefused.users.filter(\.isHoneypot).map(\.user) == ["honey-craig"])
        let russia = try #require(findings.lines.first { $0.rule == "network_cc.lst:1" })
        #expect(russia.hits == 1 && russia.honeypotHits == 1 && russia.users == 0)
        #expect(
            findings.text.contains("  honey-craig (honeypot): 1 login, ")
                && findings.json.contains(#","honeypot":true}"#))
    }

    @Test func `logins outside of the time are passed by`() throws {
        let fields = try [Logins.login("alice", at: 0), Logins.login("bob", at: 10)]
        let findings = try Logins.replay(Policy(), over: fields, since: Logins.start.advanced(by: .seconds(60)))
        #expect(findings.logins == 1 && findings.first == Logins.start.advanced(by: .seconds(600)))
    }

    @Test func `more users than are told apart are still counted`() throws {
        let fields = try (0..<200).map { try Logins.login("user\($0)") }
        let findings = try Logins.replay(
            Logins.policy([.networkCountry: "DE"]), .policy(Policy()), over: fields, bound: 20)
        #expect(findings.newlyRefused.logins == 200 && findings.newlyRefused.users.count <= 20)
        #expect(findings.lines.first?.hits == 200 && findings.notes.count == 2)
    }

    @Test func `the JSON has the members that scripts ask for`() throws {
        let findings = try Logins.replay(
            Logins.policy([.networkCountry: "DE"]), .policy(Policy()), over: [Logins.login("a\"<b>\n", password: 7)])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(findings.json.utf8)) as? [String: Any])
        #expect(object["logins"] as? Int == 1 && object["users"] as? Int == 1 && object["without_facts"] as? Int == 0)
        let refused = try #require(object["newly_refused"] as? [String: Any])
        let user = try #require((refused["users"] as? [[String: Any]])?.first)
        #expect(user["user"] as? String == "a\"<b>\n" && user["logins"] as? Int == 1 && user["last"] is String)
        let password = try #require((refused["passwords"] as? [[String: Any]])?.first)
        #expect(password["password"] as? Int == 7 && password["user"] as? String == "a\"<b>\n")
        let line = try #require((object["lines"] as? [[String: Any]])?.first)
        #expect(
            line["rule"] as? String == "network_cc.lst:1" && line["hits"] as? Int == 1 && line["users"] as? Int == 1)
        #expect((object["newly_allowed"] as? [String: Any])?["logins"] as? Int == 0)
        #expect(!findings.json.contains("\n") && !findings.html.contains("<b>") && findings.html.hasSuffix("</html>\n"))
        #expect(
            findings.text.contains(
                "a\"\\x3cb\\x3e\\x0a: 1 login, last 2024-04-30 18:00 from 45.1.2.3, by network_cc.lst:1\n"))
    }
}
