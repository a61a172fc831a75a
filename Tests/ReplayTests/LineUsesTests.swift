import AuditCore
import AuditCoreTesting
import Replay
import Report
import Testing

struct LineUsesTests {
    @Test func `each line has its hits, and those that decided nothing or met honeypots only are named`() throws {
        let policy = Logins.policy([
            .ipNetworks: "45.1.0.0/16\n# nothing\n45.2.0.0/16\n45.3.0.0/16\n45.3.0.0/16\n47.0.0.0/8\n46.0.0.0/8"
        ])
        var fields = try (0..<3).map { try Logins.login("user\($0 % 2)", from: "45.2.0.1", at: $0) }
        fields.append(try Logins.login("alice", from: "45.1.0.1", at: 9))
        var trap = Logins.record(
            LoginAttempt(login: "honey", service: "imap", address: IPAddress("46.1.1.1"), time: Logins.start),
            Facts(address: IPAddress("46.1.1.1"), localNetworks: LocalNetworks(), localLocationName: ""), policy)
        trap.isHoneypot = true
        fields.append(try #require(Logins.fields(trap)))
        let findings = try Logins.replay(policy, over: fields)
        let uses = LineUses(findings, of: ListKey(.ipNetworks), in: "ip_networks.lst", among: [1, 3, 4, 5, 6, 7])
        #expect(uses.met.map(\.rule) == ["ip_networks.lst:3", "ip_networks.lst:1", "ip_networks.lst:7"])
        #expect(uses.idle == [4, 5, 6] && uses.metHoneypotsOnly.map(\.rule) == ["ip_networks.lst:7"])
        #expect(uses.summary == ", 3 decided nothing, 1 met honeypots only")
        #expect(
            uses.lines(atMost: 20) == [
                "ip_networks.lst:3: 3 logins of 2 users, last 2024-04-30 18:02",
                "ip_networks.lst:1: 1 login of 1 user, last 2024-04-30 18:09",
                "ip_networks.lst:7: 1 login of honeypots only, last 2024-04-30 18:00", "decided nothing: lines 4-6",
            ])
        #expect(
            uses.lines(atMost: 1) == [
                "ip_networks.lst:3: 3 logins of 2 users, last 2024-04-30 18:02",
                "and 2 more that decided something (--limit)",
                "decided nothing: lines 4-6",
            ])
        #expect(LineUses(findings, of: ListKey(.ipNetworks), in: "other.lst", among: []).lines(atMost: 1).isEmpty)
    }

    @Test func `lists that share a file have uses of their own`() throws {
        // The shipped file denies by the prefix's country, and is tried out on the network's.
        let file = DenyListFile(name: "as_cc.deny.lst", text: "RU\nDE\n")
        var policy = Policy(lists: DenyLists.build([.asCountry: file], engine: LiteralPatternEngine()).lists)
        policy.watchLists =
            DenyLists.build([.networkCountry: file], effect: .watch, engine: LiteralPatternEngine()).lists
        let fields = try [
            Logins.login("alice") {
                $0.origin = Sourced(.known(OriginFacts(asNumbers: [1], country: "RU")), source: .cymruDNS)
            },
            Logins.login("bob") {
                $0.origin = Sourced(.known(OriginFacts(asNumbers: [1], country: "FR")), source: .cymruDNS)
            },
        ]
        let findings = try Logins.replay(policy, over: fields)
        let denied = LineUses(findings, of: ListKey(.asCountry), in: "as_cc.deny.lst", among: [1, 2])
        let watched = LineUses(findings, of: ListKey(.networkCountry, .watch), in: "as_cc.deny.lst", among: [1, 2])
        #expect(denied.met.map(\.rule) == ["as_cc.deny.lst:1"] && denied.idle == [2])
        #expect(watched.met.map(\.rule) == ["as_cc.deny.lst:2"] && watched.idle == [1])

        // Where they share a line as well, people and programs are told which list it is.
        let shared = try Logins.replay(
            policy,
            over: fields + [
                Logins.login("carol") {
                    $0.origin = Sourced(.known(OriginFacts(asNumbers: [1], country: "DE")), source: .cymruDNS)
                }
            ])
        #expect(shared.text.contains("  as_cc.deny.lst:2 (as_cc)  1 login of 1 user,"), "\(shared.text)")
        #expect(shared.text.contains("  as_cc.deny.lst:2 (watch.network_cc)  1 login of 1 user,"))
        #expect(shared.text.contains("  as_cc.deny.lst:1  1 login of 1 user,"))
        #expect(
            shared.json.contains(#"{"list":"watch.network_cc","rule":"as_cc.deny.lst:2","hits":1,"users":1,"#),
            "\(shared.json)")
    }
}
