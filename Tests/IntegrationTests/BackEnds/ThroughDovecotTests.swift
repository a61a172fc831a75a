import DovecotHarness
import Foundation
import Testing

/// Benchmarks/ThroughDovecot in its small form: that all of it works. The figures of such short turns say nothing.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ThroughDovecotTests {
    @Test(.enabled(if: MailSite.canRun && DovecotVersion.tested.contains(.v23), "skipped: \(MailSite.missing) dovecot"))
    func `every case of the benchmark logs in, and is compared with the limit`() async throws {
        let script = Tool.sources + "/Benchmarks/ThroughDovecot/through-dovecot"
        let program = try Program.path
        let result = try await onThread { try Tool.run("/usr/bin/python3", [script, "--small", program]) }
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        let rows = [
            "a C program that answers 200 at once", "known client, SQLite", "known client, MariaDB ", "MariaDB + LDAP",
        ]
        for row in rows + ["new client (one hash)", "Dovecot's own sql passdb"] {
            #expect(result.output.contains(row), "\(result.output)")
        }
        #expect(result.output.contains("failed logins: 0"))
        #expect(result.output.contains(#/ours to theirs \d+\.\d\d/#))
        print(result.output)
    }
}
