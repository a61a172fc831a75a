import AuditCore
import AuditCoreTesting
import Foundation
import SystemdJournal
import Testing
import TestServers

extension SystemdTests {
    /// The shipped filter, as the real fail2ban reads it.
    @Suite(.enabled(if: Fail2ban.isAvailable, "\(Fail2ban.missing)"))
    struct Fail2banTests {
        private static let packaging = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("packaging")
        private let filter = Self.packaging.appendingPathComponent("fail2ban/filter.d/dovecot-web-auth.conf").path

        private func failure(_ event: FailureRecord.Event, _ login: String, from address: String?) -> FailureRecord {
            FailureRecord(
                event, reason: "ip=192.0.2.99, as it were",
                attempt: LoginAttempt(
                    login: login, service: "imap", address: address.flatMap(IPAddress.init),
                    time: Timestamp(milliseconds: 0)))
        }

        /// One failure of each kind, the first from 192.0.2.1, and forgeries.
        private var failures: [FailureRecord] {
            var failures = FailureRecord.Event.allCases.enumerated().map { index, event in
                failure(event, event.rawValue, from: "192.0.2.\(index + 1)")
            }
            failures[0].suppressed = 17
            failures.append(failure(.unknownAccount, "v6", from: "2001:db8::7"))
            failures.append(failure(.wrongPassword, "local", from: nil))
            failures.append(failure(.wrongPassword, "f>, service=imap, ip=192.0.2.98, event=", from: "192.0.2.50"))
            return failures
        }

        private let guesses = [
            "192.0.2.1 wrong_password", "192.0.2.2 unknown_account", "2001:db8::7 v6",
            #"192.0.2.50 f\x3e\x2c service=imap\x2c ip=192.0.2.98\x2c event="#,
        ]

        @Test func `guesses in a syslog file are counted against the address they came from`() async throws {
            var log = failures.map { "Nov 23 19:00:01 mx mail-auth[123]: \($0.message)\n" }.joined()
            log += "Nov 23 19:00:01 mx mail-audit[123]: \(SampleRecords.vk().message)\n"
            log += "Nov 23 19:00:01 mx other[1]: \(failures[0].message)\n"
            #expect(try await Fail2ban.failures("dovecot-web-auth", file: filter, log: log) == guesses)
        }

        @Test func `the aggressive mode counts old clients too, but never a server in trouble`() async throws {
            let log = failures.map { "Nov 23 19:00:01 mx mail-auth[123]: \($0.message)\n" }.joined()
            let found = try await Fail2ban.failures("dovecot-web-auth[mode=aggressive]", file: filter, log: log)
            let users = Set(found.compactMap { $0.split(separator: " ").last.map(String.init) })
            #expect(
                users.isSuperset(of: ["ambiguous_account", "disabled_account", "refused_network", "revoked", "expired"])
            )
            #expect(users.isDisjoint(with: ["backend_unavailable", "undecided", "guess_limit", "overloaded", "local"]))
            #expect(
                users.isDisjoint(with: ["not_yet", "wrong_service", "wrong_place", "unreadable_limits", "honeypot"]))
        }

        @Test(arguments: ["dovecot-web-auth", "dovecot-web-auth[mode=aggressive]"])
        func `what was never checked counts for nothing`(filter name: String) async throws {
            let log = [
                "guess_limit", "overloaded", "undecided", "backend_unavailable", "wrong_password2",
                "not_wrong_password",
            ]
            .map { event in
                "Nov 23 19:00:01 mx mail-auth[123]: failed login: user=<a>, service=imap, ip=192.0.2.1, "
                    + "event=\(event), reason=<event=wrong_password, reason=>\n"
            }.joined()
            #expect(try await Fail2ban.failures(name, file: filter, log: log) == [])
        }

        @Test(.enabled(if: UnitWriter.isAvailable, "\(UnitWriter.missing)"))
        func `guesses in the journal are counted if the service's own unit wrote them`() async throws {
            let journald = try await JournaldServer.shared
            let login = "journal-\(UUID().uuidString)"
            // As the service, as itself under another unit, and as anybody who calls himself so.
            for (unit, address) in [("web-auth.service", "192.0.2.7"), ("cron.service", "192.0.2.97")] {
                try await UnitWriter.write(
                    [failure(.wrongPassword, login, from: address), failure(.revoked, login, from: address)].map {
                        ("mail-auth", $0.message)
                    }, asUnit: unit)
            }
            try await UnitWriter.write([("other", failure(.wrongPassword, login, from: "192.0.2.98").message)])
            try await JournalSink().write(.failure(failure(.wrongPassword, login, from: "192.0.2.99")))
            let entries = try await journald.entries("SYSLOG_IDENTIFIER=mail-auth").filter {
                $0["MESSAGE"]?.contains(login) == true
            }
            #expect(
                entries.map { $0["_SYSTEMD_UNIT"] } == [
                    "web-auth.service", "web-auth.service", "cron.service", "cron.service",
                    entries.last?["_SYSTEMD_UNIT"],
                ])
            let found = try await Fail2ban.failures("dovecot-web-auth", file: filter, log: nil)
            #expect(found.filter { $0.hasSuffix(login) } == ["192.0.2.7 \(login)"])
        }
    }
}
