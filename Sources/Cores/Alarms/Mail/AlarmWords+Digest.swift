package import AuditCore

extension AlarmWords {
    /// Subject and text of a user's alarms since his last mail; the administrator reads how suspended passwords are released.
    package static func digest(
        _ user: String, _ alarms: [AlarmRecord], more: Int, for reader: Reader
    ) -> (subject: String, text: String) {
        let name = user.visible(limit: 100)
        let count = alarms.count + more
        var lines = [
            "Since the last mail about \(name) there \(count == 1 ? "was another alarm" : "were \(count) more"):", "",
        ]
        lines += alarms.map { AlarmWords($0, comment: nil).line }
        if more > 0 { lines.append("and \(more) more, which are in the audit trail (event alarm)") }
        let suspended = Set(alarms.filter { $0.action == .suspend }.compactMap(\.passwordID)).sorted()
        if reader == .administrator, !suspended.isEmpty {
            lines += ["", "If all is well, release what has been suspended:", ""]
            lines += suspended.map { "    web-auth-server app-password release \($0)" }
        }
        return ("\(name): \(count) more \(count == 1 ? "alarm" : "alarms")", lines.joined(separator: "\n") + "\n")
    }

    /// Subject and text of what is said when no more mails go out.
    package static func stormBegins(mails: Int, until: Timestamp) -> (subject: String, text: String) {
        (
            "too many alarms: no more mails until \(until.sqlText.prefix(16)) UTC",
            """
            \(mails) mails about alarms went out within an hour. There will be no more until
            \(until.sqlText.prefix(19)) UTC, then one that sums up.

            All alarms are in the audit trail meanwhile:

                journalctl -t mail-auth AUDIT_EVENT=alarm

            Many at once may be a theft of many passwords; or MaxMind's files, or the networks that
            logins seem to come from, are not what they were.

            """
        )
    }

    /// Subject and text of what came while no mails went out.
    package static func stormEnds(
        since: Timestamp, counts: [AlarmKind: Int], users: Int
    ) -> (subject: String, text: String) {
        let total = counts.values.reduce(0, +)
        let lines = AlarmKind.allCases.compactMap { kind in
            counts[kind].map { "\(kind.rawValue)\(String(repeating: " ", count: 26 - kind.rawValue.utf8.count))\($0)" }
        }
        return (
            "\(total) alarms of \(users) users since \(since.sqlText.prefix(16)) UTC",
            """
            While no mails went out there were \(total) alarms of \(users) users:

            \(lines.joined(separator: "\n"))

            They are in the audit trail:

                journalctl -t mail-auth AUDIT_EVENT=alarm --since "\(since.sqlText.prefix(19)) UTC"

            """
        )
    }
}
