import DovecotHarness
import Foundation
import TestServers
import Testing

/// Benchmarks/FleetFaults in its small form: three services, Galera, Redis with sentinels and two Dovecots in networks of their
/// own, of which one each is frozen, cut off and killed while users log in.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FleetNetworkTests {
    /// What it takes besides; networks of one's own are not to be had everywhere, not even by root.
    private static var canRun: Bool {
        guard MailSite.canRun, GaleraCluster.canRun, InstalledServers.redis, DovecotVersion.tested.contains(.v23) else {
            return false
        }
        let name = "fleet-try-\(ProcessInfo.processInfo.processIdentifier)"
        guard let made: Program.Result = try? Tool.run("/usr/sbin/ip", ["netns", "add", name]), made.status == 0 else {
            return false
        }
        let gone: Program.Result? = try? Tool.run("/usr/sbin/ip", ["netns", "del", name])
        return gone?.status == 0
    }

    @Test(
        .enabled(
            if: canRun,
            "skipped: \(MailSite.missing) \(GaleraCluster.missing) \(InstalledServers.redisMissing) Dovecot 2.3, namespaces"
        ))
    func `no right password is refused, and no use is lost or written twice`() async throws {
        let script = Tool.sources + "/Benchmarks/FleetFaults/fleet-faults"
        let program = try Program.path
        let result = try await onThread {
            try Tool.run("/usr/bin/python3", [script, "--small", "--rate", "50", program])
        }
        #expect(result.status == 0 && result.output.contains("problems: 0"), "\(result.output) \(result.errors)")
        for fault in ["n1 is frozen", "g1 is cut off", "r1 is killed", "lost 0, doubled 0"] {
            #expect(result.output.contains(fault), "\(result.output)")
        }
        print(result.output)
    }
}
