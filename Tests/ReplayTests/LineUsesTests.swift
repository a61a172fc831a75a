import AuditCore
import Replay
import Report
import Testing

struct LineUsesTests {
    @Test func `each line has its hits, and those that met nobody or honeypots only are named`() throws {
        let policy = Logins.policy([.ipNetworks: "45.1.0.0/16\n# nothing\n45.2.0.0/16\n45.3.0.0/16\n45.3.0.0/16\n47.0.0.0/8\n46.0.0.0/8"])
        var fields = try (0..<3).map { try Logins.login("user\($0 % 2)", from: "45.2.0.1", at: $0) }
        fields.append(try Logins.login("alice", from: "45.1.0.1", at: 9))
        var trap = Logins.record(
            LoginAttempt(login: "honey", service: "imap", address: IPAddress("46.1.1.1"), time: Logins.start),
            Facts(address: IPAddress("46.1.1.1"), localNetworks: LocalNetworks(), localLocationName: ""), policy)
        trap.isHoneypot = true
        fields.append(try #require(Logins.fields(trap)))
        let findings = try Logins.replay(policy, over: fields)
        let uses = LineUses(findings, of: "ip_networks.lst", among: [1, 3, 4, 5, 6, 7])
        #expect(uses.met.map(\.rule) == ["ip_networks.lst:3", "ip_networks.lst:1", "ip_networks.lst:7"])
        #expect(uses.unmet == [4, 5, 6] && uses.metHoneypotsOnly.map(\.rule) == ["ip_networks.lst:7"])
        #expect(uses.summary == ", 3 met nobody, 1 met honeypots only")
        #expect(
            uses.lines(atMost: 20) == [
                "ip_networks.lst:3: 3 logins of 2 users, last 2024-04-30 18:02",
                "ip_networks.lst:1: 1 login of 1 user, last 2024-04-30 18:09",
                "ip_networks.lst:7: 1 login of honeypots only, last 2024-04-30 18:00", "met nobody: lines 4-6",
            ])
        #expect(
            uses.lines(atMost: 1) == [
                "ip_networks.lst:3: 3 logins of 2 users, last 2024-04-30 18:02", "and 2 more that met somebody (--limit)",
                "met nobody: lines 4-6",
            ])
        #expect(LineUses(findings, of: "other.lst", among: []).lines(atMost: 1).isEmpty)
    }
}
