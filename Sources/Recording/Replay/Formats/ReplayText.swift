internal import AuditCore
internal import Report

extension ReplayFindings {
    /// For people, in a terminal or a mail; with a final newline.
    package var text: String {
        var lines = [scope]
        lines.append(
            "compared with what \(isAgainstRecords ? "was decided then" : "is in force now"): "
                + "\(newlyRefused.logins.grouped) newly refused, \(newlyAllowed.logins.grouped) newly let in")
        if wouldDeny > 0 { lines.append("\(wouldDeny.grouped) would be denied by lists that only watch") }
        lines += Self.lines("Newly refused", newlyRefused)
        lines += Self.lines("Newly let in", newlyAllowed)
        if !self.lines.isEmpty {
            lines += ["", "Lines that decide"]
            lines += Self.limited(namedLines) { name, line in
                "  \(name.visible())  \(Self.counted(line.hits, "login")) of \(Self.counted(line.users, "user")), last \(line.last.minute)"
            }
        }
        lines += ["", "Could not be judged for want of facts: \(withoutFacts.grouped)"]
        if !notes.isEmpty { lines += ["", "Notes"] + notes.map { "  \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What was judged: `3 logins of 2 users, 2024-05-01 02:06 to 2024-05-01 02:06, UTC`.
    package var scope: String {
        let time = [first, last].compactMap { $0?.minute }.joined(separator: " to ")
        return
            "\(Self.counted(logins, "login")) of \(Self.counted(users, "user"))\(time.isEmpty ? "" : ", \(time), UTC")"
    }

    private static func lines(_ title: String, _ change: Change) -> [String] {
        guard change.logins > 0 else { return [] }
        var lines = ["", "\(title): \(counted(change.users.count, "user"))"]
        lines += limited(change.users) { "  " + description($0) }
        guard !change.passwords.isEmpty else { return lines }
        lines.append("with \(counted(change.passwords.count, "app password"))")
        return lines + limited(change.passwords) { "  " + description($0) }
    }

    private static func description(_ person: Person) -> String {
        let password = (person.isHoneypot ? " (honeypot)" : "") + (person.password.map { ", password \($0)" } ?? "")
        let times = counted(person.logins, "login")
        let rule = person.rule.map { ", by \($0.visible())" } ?? ""
        let address = person.address?.visible() ?? "this machine"
        return
            "\(person.user.auditEscaped(for: .name))\(password): \(times), last \(person.last.minute) from \(address)\(rule)"
    }

    static func counted(_ count: Int, _ noun: String) -> String {
        "\(count.grouped) \(noun)\(count == 1 ? "" : "s")"
    }

    private static func limited<Item>(_ items: [Item], _ line: (Item) -> String) -> [String] {
        let limit = 1000
        return items.prefix(limit).map(line)
            + (items.count > limit ? ["  and \((items.count - limit).grouped) more"] : [])
    }
}
