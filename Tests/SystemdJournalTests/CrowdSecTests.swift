import AuditCore
import Foundation
import Testing
import TestServers

extension SystemdTests {
    /// The shipped parser and scenario, as the real CrowdSec reads them.
    struct CrowdSecTests {
        private let packaging = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("packaging/crowdsec").path

        private func lines(_ event: String, from address: String, count: Int = 12) -> String {
            (0..<count).map { second in
                "Nov 23 19:00:\(10 + second) mx mail-auth[123]: failed login: user=<alice>, service=imap, "
                    + "ip=\(address), event=\(event), reason=<ip=192.0.2.99, event=wrong_password>\n"
            }.joined()
        }

        @Test(.enabled(if: CrowdSec.isAvailable, "\(CrowdSec.missing)"))
        func `guesses are banned, by address, and nothing else is`() async throws {
            var log = lines("wrong_password", from: "192.0.2.1") + lines("unknown_account", from: "2001:db8::7")
            log += lines("wrong_password", from: "192.0.2.2", count: 5)
            for (index, event) in ["guess_limit", "overloaded", "backend_unavailable", "undecided", "disabled_account"]
                .enumerated()
            {
                log += lines(event, from: "192.0.2.\(10 + index)")
            }
            log += lines("wrong_password", from: "192.0.2.50").replacingOccurrences(of: "mail-auth", with: "other")
            log += lines("wrong_password", from: "None")
            let bans = try await CrowdSec.bans(for: log, packaging: packaging)
            #expect(
                Set(bans) == [
                    "Ip 192.0.2.1 performed 'dovecot-web-auth/guessing'",
                    "Ip 2001:db8::7 performed 'dovecot-web-auth/guessing'",
                ])
        }

        @Test(.enabled(if: UnitWriter.isAvailable, "\(UnitWriter.missing)"))
        func `what CrowdSec reads of the journal is what the service's own unit wrote`() async throws {
            let journald = try await JournaldServer.shared
            let settings = try String(contentsOfFile: packaging + "/acquis.d/dovecot-web-auth.yaml", encoding: .utf8)
            // It hands them to journalctl, each as an argument.
            let filters = settings.matches(of: #/- "([A-Z_]+=[^"]+)"/#).map { String($0.1) }
            #expect(filters.contains("_SYSTEMD_UNIT=web-auth.service"))
            let mark = "crowdsec-\(UUID().uuidString)"
            try await UnitWriter.write(
                [("mail-auth", mark + " genuine"), ("web-auth", mark)], asUnit: "web-auth.service")
            try await UnitWriter.write([("mail-auth", mark + " forged")], asUnit: "cron.service")
            let read = try await journald.entries(filters).compactMap { $0["MESSAGE"] }.filter { $0.hasPrefix(mark) }
            #expect(read == [mark + " genuine"])
        }
    }
}
