package import AuditCore

/// What a mail says of an app password whose end is near.
package struct EndingWords: Sendable {
    private let ending: PasswordEnding

    /// Words for an end.
    package init(_ ending: PasswordEnding) { self.ending = ending }

    private var user: String { ending.user.visible(limit: 100) }
    private var end: String { ending.end.sqlText.prefix(16) + " UTC" }
    private var password: String {
        let comment = (ending.comment ?? "").visible(limit: 100)
        return "\(ending.passwordID)" + (comment.isEmpty ? "" : " (\(comment))")
    }
    private var isOfUse: Bool { ending.limit == "unused_days" }

    /// `alice: app password 17 ends on 2027-01-01`.
    package var subject: String {
        "\(user): app password \(ending.passwordID) ends on \(ending.end.sqlText.prefix(10))"
    }

    /// The whole of it: which password, when it ends and why, what to do.
    package func text(for reader: AlarmWords.Reader) -> String {
        var lines = [
            reader == .user
                ? "An app password of your account \(user) ends soon." : "An app password of \(user) ends soon.",
            "",
            "Password    \(password)",
            "Ends        \(end)",
            "Why         " + (isOfUse ? "nobody has logged in with it for a long time" : "it was made to end then"),
            "",
        ]
        switch (reader, isOfUse) {
        case (.user, true):
            lines.append("If you still need it, log in with it once. If not, there is nothing to do.")
        case (.user, false):
            lines.append("If you still need one, make a new one in the webmail's settings (App Passwords) before that.")
        case (.administrator, true):
            lines.append("A login with it is enough to keep it. Without one there is nothing to do.")
        case (.administrator, false):
            lines += [
                "To let it last longer:", "",
                "    web-auth-server app-password limit \(ending.passwordID) --expires 90d",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
