/// What is written down when lists are taken into use though they newly refuse more users than `audit.blast_radius` allows.
public struct ForcedReload: Sendable, Equatable {
    /// When.
    package var time: Timestamp
    /// Who wanted it, and how: `POST /reload from 127.0.0.1`, `SIGHUP, force-reload of root`.
    package var by: String
    /// How many users are newly refused.
    package var users: Int
    /// Of how many.
    package var knownUsers: Int
    /// The lines that refuse most of them.
    package var lines: [String]

    /// Who forced lists into use, when, and whom they newly refuse.
    package init(time: Timestamp, by: String, users: Int, knownUsers: Int, lines: [String]) {
        (self.time, self.by, self.users, self.knownUsers, self.lines) = (time, by, users, knownUsers, lines)
    }

    /// The line for administrators: `forced reload: by=<SIGHUP, force-reload of root>, newly_refused_users=12, known_users=40`.
    package var message: String {
        "forced reload: by=<\(by.auditEscaped(for: .bracketed))>, newly_refused_users=\(users), known_users=\(knownUsers)"
    }

    /// `PRIORITY` of syslog: warning.
    package var priority: Int { 4 }

    /// The `AUDIT_*` fields.
    package var fields: [AuditField] {
        let values: [(String, AuditValue)] = [
            ("EVENT", .text("forced_reload")), ("BY", .text(by)), ("NEWLY_REFUSED_USERS", AuditValue(users)),
            ("KNOWN_USERS", AuditValue(knownUsers)), ("LINES", .list(lines.map(AuditValue.text))),
        ]
        return values.map { AuditField(name: "AUDIT_" + $0, value: $1, spelling: .json) }
    }
}
