import AuditCore
import Doctor
import Foundation
import JournalReader
import Report
import Settings
import SystemdJournal

extension DoctorCheck {
    /// Where audit records go, and what the newest say of where logins come from.
    static func journal(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("journal") {
            guard let settings = context.settings(soundIn: "audit") else { return [] }
            let sinks = settings.audit.sinks
            let files = sinks.flatMap { sink in
                if case .jsonl(let path) = sink { file(path, context.user) } else { [Finding]() }
            }
            return (sinks.contains(.journal) ? journald : []) + files + origins(settings)
        }
    }

    private static var journald: [Finding] {
        guard JournalSink.isAvailable else {
            return [
                .error(
                    "journal.missing", "journald does not listen", why: "audit records go to standard error instead",
                    change:
                        "systemctl start systemd-journald, or audit.sinks = [\"jsonl:/var/log/dovecot-web-auth/audit.jsonl\"]"
                )
            ]
        }
        guard !FileManager.default.fileExists(atPath: "/var/log/journal") else { return [] }
        return [
            .warning(
                "journal.volatile", "the journal is kept in memory: there is no /var/log/journal",
                why: "audit records are gone after a restart of the machine",
                change: "mkdir /var/log/journal && journalctl --flush",
                hints: [
                    "mkdir -p /var/log/journal && systemd-tmpfiles --create --prefix /var/log/journal && journalctl --flush"
                ])
        ]
    }

    private static func file(_ path: SettingsPath, _ user: ServiceUser) -> [Finding] {
        let directory = (path.resolved as NSString).deletingLastPathComponent
        let isThere = FileStatus(path.resolved) != nil
        let obstacle: String?
        if isThere {
            obstacle = user.obstacle(.write, to: path.resolved)
        } else if FileStatus(directory) == nil {
            obstacle = directory
        } else {
            obstacle = user.obstacle(.write, to: directory)
        }
        guard let obstacle else { return [] }
        let remedy = isThere ? "chown \(user.name) \(path.resolved)" : "install -d -m 750 -o \(user.name) \(directory)"
        return [
            .error(
                "journal.file",
                "\(user.name) cannot write to \(path.resolved): \(obstacle) does not let him, or is not there",
                why: "audit records are lost", change: remedy, hints: [remedy])
        ]
    }

    /// Whether a proxy hides the clients, by the records of a day.
    private static func origins(_ settings: Settings) -> [Finding] {
        var origins = LoginOrigins()
        func count(_ input: inout some ReportInput) {
            let end = ContinuousClock.now + .seconds(5)
            while origins.logins < 50_000, ContinuousClock.now < end, let record = try? input.next() {
                origins.add(record.address)
            }
        }
        for sink in settings.audit.sinks {
            switch sink {
            case .journal:
                let now = Timestamp.now
                if var input = try? JournalInput(.machine, since: now.advanced(by: .seconds(-86_400)), until: now) {
                    count(&input)
                }
            case .jsonl(let path):
                guard FileManager.default.isReadableFile(atPath: path.resolved) else { continue }
                var input = JSONLinesInput(paths: [path.resolved])
                count(&input)
            case .stderr: continue
            }
        }
        return origins.findings(expected: settings.auth.disallowPasswordsFrom + settings.audit.ignoreNetworks)
    }
}
