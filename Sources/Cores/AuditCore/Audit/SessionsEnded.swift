/// What is written down when the sessions of an app password, or of an account, were ended, or were not.
public struct SessionsEnded: Sendable, Equatable {
    /// When.
    package var time: Timestamp
    /// The app password; nil: all of the account.
    package var passwordID: Int64?
    /// Whose sessions, where that is known.
    package var user: String?
    /// Why: `revoked`, `removed`, `expired`, `suspended`, `disabled`.
    package var reason: String
    /// The mail server.
    package var server: String
    /// How sessions were told apart: `password`, `user`, `user_and_address`; nil: in no way that was allowed.
    package var way: String?
    /// How many were ended.
    package var sessions: Int
    /// Why nobody knows whether all were ended; nil if they were.
    package var trouble: String?

    /// What came of ending sessions.
    package init(
        time: Timestamp, passwordID: Int64?, user: String?, reason: String, server: String, way: String?, sessions: Int,
        trouble: String? = nil
    ) {
        (self.time, self.passwordID, self.user, self.reason) = (time, passwordID, user, reason)
        (self.server, self.way, self.sessions, self.trouble) = (server, way, sessions, trouble)
    }

    /// `AUDIT_EVENT`: `sessions_ended` or `sessions_not_ended`.
    package var event: String { trouble == nil && way != nil ? "sessions_ended" : "sessions_not_ended" }

    /// The line for administrators: `sessions ended: user=<alice>, password=17, reason=revoked, sessions=3, by=password,
    /// server=<http://127.0.0.1:8080/doveadm/v1>`, or `sessions not ended: …, trouble=<…>`.
    package var message: String {
        var text = "\(event == "sessions_ended" ? "sessions ended" : "sessions not ended"): "
        if let user { text += "user=<\(user.auditEscaped(for: .bracketed))>, " }
        if let passwordID { text += "password=\(passwordID), " }
        text += "reason=\(reason), sessions=\(sessions), by=\(way ?? "nothing")"
        text += ", server=<\(server.auditEscaped(for: .bracketed))>"
        if let trouble { text += ", trouble=<\(trouble.auditEscaped(for: .bracketed))>" }
        return text
    }

    /// `PRIORITY` of syslog: notice, or warning where they may be open still.
    package var priority: Int { event == "sessions_ended" ? 5 : 4 }

    /// The `AUDIT_*` fields.
    package var fields: [AuditField] {
        var values: [(String, AuditValue)] = [("EVENT", .text(event)), ("REASON", .text(reason))]
        if let user { values.append(("USER", .text(user))) }
        if let passwordID { values.append(("PASSWORD", .integer(passwordID))) }
        values += [
            ("SESSIONS", AuditValue(sessions)), ("KICKED_BY", AuditValue(way)), ("MAIL_SERVER", .text(server)),
        ]
        if let trouble { values.append(("TROUBLE", .text(trouble))) }
        return values.map { AuditField(name: "AUDIT_" + $0, value: $1, spelling: .json) }
    }
}
