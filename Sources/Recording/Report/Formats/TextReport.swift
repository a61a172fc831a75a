internal import AuditCore

/// The report as the old program mailed it, then what it had not: failed logins, revoked passwords, new places.
enum TextReport {
    /// How many new places are listed; more would bury the rest, and the other formats have them.
    private static let newPlaceLimit = 20

    static func text(_ findings: Findings) -> String {
        var lines = ["Blocked users:"]
        lines += limited(findings.blockedUsers) { userLine($0) }

        let (unknownSystems, knownSystems) = split(findings.systems, \.isKnown)
        let (unknownHosts, knownHosts) = split(findings.hosts, \.isKnown)
        lines += ["", "Statistics"]
        lines.append(statistics("ASNs", unknownSystems.count, knownSystems.count))
        lines.append(statistics("IPs", unknownHosts.count, knownHosts.count))
        lines += list("Unknown ASNs", unknownSystems, last: { $0.number == "None" }, systemRows)
        lines += list("Unknown IPs and Hosts", unknownHosts, hostRows)
        lines += list("Known ASNs", knownSystems, systemRows)
        lines += list("Known IPs and Hosts", knownHosts, hostRows)

        let total = findings.logins
        lines += ["", "Logins"]
        lines.append(
            " \(total.allowed.grouped) allowed, \(total.denied.grouped) denied, \(total.failed.grouped) failed")
        if findings.wouldDeny > 0 {
            lines.append(" \(findings.wouldDeny.grouped) of the allowed would be denied (watch mode)")
        }
        for (title, users) in [
            ("Would be denied", findings.watchedUsers), ("Let in by an exception", findings.exceptedUsers),
        ]
        where !users.isEmpty {
            lines += ["", title] + limited(users) { userLine($0, tellsRule: true) }
        }
        if !findings.events.isEmpty {
            lines += list("Failed logins", findings.events) { [($0.count, $0.key.visible())] }
        }
        if !findings.failingAddresses.isEmpty {
            lines += list("Failed logins, by address", findings.failingAddresses) {
                [($0.count, $0.note.address.shown)]
            }
        }
        if !findings.revoked.isEmpty {
            lines += list("Revoked passwords still being tried", findings.revoked) { entry in
                let password = entry.key.passwordID < 0 ? "?" : String(entry.key.passwordID)
                let last = entry.note
                return [
                    (
                        entry.count,
                        "\(entry.key.user.auditEscaped(for: .name)) password \(password), last \(last.time) from \(last.address.shown)"
                    )
                ]
            }
        }
        if !findings.alarms.isEmpty {
            lines += list("Alarms", findings.alarms) { entry in
                let password = entry.key.passwordID < 0 ? "" : " password \(entry.key.passwordID)"
                let who = entry.key.user.auditEscaped(for: .name) + password
                let last = "last \(entry.note.time) from \(entry.note.address.shown)"
                return [(entry.count, "\(entry.key.kind.visible()) \(who), \(last)")]
            }
        }
        if !findings.honeypots.isEmpty {
            lines += list("Honeypots", findings.honeypots) { entry in
                rows(entry.count, entry.denied) { mark in
                    "\(mark)\(entry.key.auditEscaped(for: .name)), last \(entry.note.time) from \(entry.note.address.shown)"
                }
            }
        }
        if !findings.endings.isEmpty {
            lines += ["", "Passwords about to end"]
            lines += limited(findings.endings) { entry in
                let comment = entry.note.comment.map { ", \($0.visible())" } ?? ""
                return
                    " \(entry.key.user.auditEscaped(for: .name)) password \(entry.key.passwordID)\(comment), \(entry.note.end)"
            }
        }
        if !findings.newPlaces.isEmpty {
            lines += ["", "New for the user"]
            lines += limited(findings.newPlaces, to: newPlaceLimit) { place in
                let mark = place.isBlocked ? "!" : ""
                let name = place.name.map { " " + $0.visible() } ?? ""
                return
                    " \(mark)\(place.user.auditEscaped(for: .name)): \(place.value.visible())\(name), \(place.time) from \(place.address.shown)"
            }
        }
        if !findings.notes.isEmpty { lines += ["", "Notes"] + findings.notes.map { " " + $0.visible(limit: 1000) } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A user, and what was met.
    private static func userLine(_ user: Findings.BlockedUser, tellsRule: Bool = false) -> String {
        var reasons: [String] = []
        for reason in user.reasons.prefix(20) {
            let value = [reason.key.matched, reason.key.value].compactMap { $0?.visible() }.joined(separator: ":")
            let rule = tellsRule ? reason.key.rule.map { " by \($0.visible())" } ?? "" : ""
            let text = value + (reason.note.name.map { " " + $0.visible() } ?? "") + rule
            if !reasons.contains(text) { reasons.append(text) }
        }
        return " \(user.user.auditEscaped(for: .name)) (\(reasons.joined(separator: ", ")))"
    }

    private static func split<Item>(_ items: [Item], _ isKnown: (Item) -> Bool) -> (unknown: [Item], known: [Item]) {
        (items.filter { !isKnown($0) }, items.filter(isKnown))
    }

    private static func statistics(_ what: String, _ unknown: Int, _ known: Int) -> String {
        " \(unknown + known) unique \(what), \(unknown) unknown, \(known) known"
    }

    /// A system's lines: its refused logins are a line of their own, with a `!`.
    private static func systemRows(_ system: Findings.System) -> [(Int, String)] {
        let comment = system.comment.map { " (\($0.visible()))" } ?? ""
        return rows(system.count, system.denied) {
            padded($0 + system.number.visible(), 10) + " " + system.name.visible() + comment
        }
    }

    private static func hostRows(_ host: Findings.Host) -> [(Int, String)] {
        let address = host.address == "None" ? nil : host.address
        let network = host.network
        let label = host.host ?? "<\(network.prefix(30))\(network.count > 30 ? ".." : "")>"
        return rows(host.count, host.denied) { padded($0 + address.shown, 16) + " " + label.visible() }
    }

    private static func rows(_ count: Int, _ denied: Int, _ text: (String) -> String) -> [(Int, String)] {
        var rows: [(Int, String)] = []
        if count > denied { rows.append((count - denied, text(""))) }
        if denied > 0 { rows.append((denied, text("!"))) }
        return rows
    }

    /// A title and the lines, the highest count first, counts flush right.
    ///
    /// - Parameter isLast: What stands below, whatever its count.
    private static func list<Item>(
        _ title: String, _ items: [Item], last isLast: (Item) -> Bool = { _ in false },
        _ rows: (Item) -> [(Int, String)]
    ) -> [String] {
        func sorted(_ items: [Item]) -> [(Int, String)] {
            items.flatMap(rows).enumerated()
                .sorted { $0.element.0 != $1.element.0 ? $0.element.0 > $1.element.0 : $0.offset < $1.offset }
                .map(\.element)
        }
        let all = sorted(items.filter { !isLast($0) }) + sorted(items.filter(isLast))
        guard let most = all.map(\.0).max() else { return ["", title, "empty list"] }
        let digits = String(most).count
        return ["", title]
            + limited(all) { count, text in
                let number = String(count)
                return " " + String(repeating: " ", count: digits - number.count) + number + " " + text
            }
    }

    private static func limited<Item>(
        _ items: [Item], to limit: Int = Findings.listLimit, _ line: (Item) -> String
    ) -> [String] {
        let rest = items.count - limit
        return items.prefix(limit).map(line) + (rest > 0 ? [" … and \(rest.grouped) more"] : [])
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension String? {
    /// An address for people to read.
    var shown: String { self?.visible() ?? "this machine" }
}
