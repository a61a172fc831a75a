/// What is written down before an app password ends.
public struct PasswordEnding: Sendable, Equatable {
    /// When.
    package var time: Timestamp
    /// Whose password it is.
    package var user: String
    /// Its id.
    package var passwordID: Int64
    /// What its owner called it.
    package var comment: String?
    /// The first moment at which it is no longer taken.
    package var end: Timestamp
    /// The limit that ends it, by the name of its column: `expires`, `unused_days`.
    package var limit: String

    /// What is known of the password when its end is near.
    package init(time: Timestamp, user: String, passwordID: Int64, comment: String?, end: Timestamp, limit: String) {
        (self.time, self.user, self.passwordID) = (time, user, passwordID)
        (self.comment, self.end, self.limit) = (comment, end, limit)
    }

    /// The line for administrators: `app password ends: user=<alice>, password=17, ends=2027-01-01T00:00:00.000Z,
    /// limit=expires, comment=<scanner>`.
    package var message: String {
        """
        app password ends: user=<\(user.auditEscaped(for: .bracketed))>, password=\(passwordID), ends=\(end), \
        limit=\(limit), comment=<\((comment ?? "").auditEscaped(for: .bracketed))>
        """
    }

    /// `PRIORITY` of syslog: notice.
    package var priority: Int { 5 }

    /// `AUDIT_EVENT`.
    package static let event = "ending"

    /// The `AUDIT_*` fields.
    package var fields: [AuditField] {
        let values: [(String, AuditValue)] = [
            ("EVENT", .text(Self.event)), ("USER", .text(user)), ("PASSWORD", .integer(passwordID)),
            ("ENDS", .text(end.description)), ("LIMIT", .text(limit)), ("COMMENT", AuditValue(comment)),
        ]
        return values.map { AuditField(name: "AUDIT_" + $0, value: $1, spelling: .json) }
    }
}
