internal import AuditCore

/// The report as one HTML page.
enum HTMLReport {
    static func text(_ findings: Findings) -> String {
        HTMLPage.text(title(findings)) { page in
            header(findings, &page)
            page.raw("<main>\n")
            HTMLPage.section("Logins over time", &page) { TimelineChart(findings.timeline).write(to: &$0) }
            blockedUsers(findings, &page)
            if !findings.alarms.isEmpty { alarms(findings, &page) }
            revokedPasswords(findings, &page)
            if !findings.endings.isEmpty { endingPasswords(findings, &page) }
            if !findings.honeypots.isEmpty { honeypots(findings, &page) }
            newPlaces(findings, &page)
            HTMLPage.section("Where logins came from", &page) { WorldMap(findings.places).write(to: &$0) }
            page.raw("<div class=\"columns\">\n")
            barSections(findings, &page)
            page.raw("</div>\n")
            if !findings.notes.isEmpty {
                HTMLPage.section("Notes", &page) { page in
                    page.element("ul") { list in for note in findings.notes { list.element("li", text: note) } }
                }
            }
            page.raw("</main>\n")
        }
    }

    private static func title(_ findings: Findings) -> String {
        "Mail logins" + (findings.machine.map { " on " + $0 } ?? "")
    }

    private static func header(_ findings: Findings, _ page: inout HTMLText) {
        page.raw("<header>\n")
        page.element("h1", text: title(findings))
        if let start = findings.start, let end = findings.end {
            page.element("p", text: "\(start.minute) to \(end.minute), UTC")
        }
        page.raw("<dl class=\"tiles\">\n")
        func tile(_ name: String, _ count: Int, _ kind: String = "") {
            page.element("div", kind.isEmpty ? [] : [("class", kind)]) { tile in
                tile.element("dt", text: name)
                tile.element("dd", text: count.grouped)
            }
        }
        tile("allowed", findings.logins.allowed, "allowed")
        tile("denied", findings.logins.denied, "denied")
        tile("failed", findings.logins.failed, "failed")
        if findings.wouldDeny > 0 { tile("would be denied", findings.wouldDeny) }
        tile("users", findings.userCount)
        tile("addresses", findings.hosts.count)
        tile("ASNs", findings.systems.count)
        page.raw("</dl>\n</header>\n")
    }

    private static func blockedUsers(_ findings: Findings, _ page: inout HTMLText) {
        users("Blocked users", findings.blockedUsers, empty: "Nobody was refused.", &page)
        if !findings.watchedUsers.isEmpty { users("Would be denied", findings.watchedUsers, empty: "", &page) }
        if !findings.exceptedUsers.isEmpty { users("Let in by an exception", findings.exceptedUsers, empty: "", &page) }
    }

    /// Users, and what their logins met.
    private static func users(
        _ title: String, _ users: [Findings.BlockedUser], empty: String, _ page: inout HTMLText
    ) {
        HTMLPage.section(title, &page) { page in
            HTMLPage.table(
                [("User", ""), ("Logins", "number"), ("Why", "growing"), ("Last", "")], users, empty: empty, &page
            ) { user, row in
                row.head(user.user)
                row.number("logins", user.count.grouped)
                row.element("td") { cell in
                    for reason in user.reasons.prefix(5) {
                        cell.element("div") { line in
                            line.element("bdi", text: reason.key.matched)
                            let value = [reason.key.value, reason.note.name].compactMap { $0 }.joined(separator: " ")
                            if !value.isEmpty {
                                line.raw(": ")
                                line.isolated(value)
                            }
                            if let rule = reason.key.rule { line.element("code", text: rule) }
                            if reason.count > 1 {
                                line.element("span", [("class", "times")], text: "\(reason.count.grouped) times")
                            }
                        }
                    }
                    let rest = user.reasons.count - 5
                    if rest > 0 { cell.element("small", text: "and \(rest.grouped) more reasons") }
                }
                row.element("td") { HTMLPage.last(user.reasons.map(\.note.login).max { $0.time < $1.time }, &$0) }
            }
        }
    }

    private static func alarms(_ findings: Findings, _ page: inout HTMLText) {
        HTMLPage.section("Alarms", &page) { page in
            HTMLPage.table(
                [("User", ""), ("Alarm", ""), ("Password", "number"), ("Alarms", "number"), ("Last", "growing")],
                findings.alarms, empty: "None.", &page
            ) { entry, row in
                row.head(entry.key.user)
                row.element("td", text: entry.key.kind.replacing("_", with: " "))
                let password = entry.key.passwordID < 0 ? "" : String(entry.key.passwordID)
                row.number("password", password)
                row.number("alarms", entry.count.grouped)
                row.element("td") { HTMLPage.last(entry.note, &$0) }
            }
        }
    }

    private static func revokedPasswords(_ findings: Findings, _ page: inout HTMLText) {
        HTMLPage.section("Revoked passwords still being tried", &page) { page in
            HTMLPage.table(
                [("User", ""), ("Password", "number"), ("Logins", "number"), ("Last", "growing")], findings.revoked,
                empty: "None.", &page
            ) { entry, row in
                row.head(entry.key.user)
                let password = entry.key.passwordID < 0 ? "?" : String(entry.key.passwordID)
                row.number("password", password)
                row.number("logins", entry.count.grouped)
                row.element("td") { HTMLPage.last(entry.note, &$0) }
            }
        }
    }

    private static func honeypots(_ findings: Findings, _ page: inout HTMLText) {
        HTMLPage.section("Honeypots", &page) { page in
            HTMLPage.table(
                [("User", ""), ("Logins", "number"), ("Denied", "number"), ("Last", "growing")], findings.honeypots,
                empty: "None.", &page
            ) { entry, row in
                row.head(entry.key)
                row.number("logins", entry.count.grouped)
                row.number("denied", entry.denied.grouped)
                row.element("td") { HTMLPage.last(entry.note, &$0) }
            }
        }
    }

    private static func endingPasswords(_ findings: Findings, _ page: inout HTMLText) {
        HTMLPage.section("Passwords about to end", &page) { page in
            HTMLPage.table(
                [("User", ""), ("Password", "number"), ("Comment", "growing"), ("Ends", "")], findings.endings,
                empty: "None.", &page
            ) { entry, row in
                row.head(entry.key.user)
                row.number("password", String(entry.key.passwordID))
                row.element("td") { $0.isolated(entry.note.comment ?? "") }
                row.element("td") { cell in
                    cell.element(
                        "time", [("datetime", entry.note.end.description)], text: entry.note.end.minute)
                    if entry.note.limit == "unused_days" { cell.element("small", text: "if it is not used") }
                }
            }
        }
    }

    private static func newPlaces(_ findings: Findings, _ page: inout HTMLText) {
        HTMLPage.section("New for the user", &page) { page in
            HTMLPage.table(
                [("User", ""), ("Country or AS", "growing"), ("First login", "")], findings.newPlaces,
                empty: "Nothing new.", &page
            ) { place, row in
                row.head(place.user)
                row.element("td") { cell in
                    cell.element("bdi", text: [place.value, place.name].compactMap { $0 }.joined(separator: " "))
                    if place.isBlocked { cell.element("em", [("class", "denied")], text: "denied") }
                }
                row.element("td") { HTMLPage.last(LastLogin(time: place.time, address: place.address), &$0) }
            }
        }
    }

    private static func barSections(_ findings: Findings, _ page: inout HTMLText) {
        bars("Countries", findings.countries, &page) { country in
            let name =
                switch country.key {
                case .name(let code): country.note ?? CountryNames.name(of: code)
                case .local: "local"
                case .unknown: "country not known"
                }
            return BarTable.Row(label: name, count: country.count, denied: country.denied)
        }
        bars("Autonomous systems", findings.systems, &page) { system in
            let names = [system.number == "None" ? "" : system.number, system.name].filter { !$0.isEmpty }
            let detail = [system.comment, system.isKnown ? "known" : nil].compactMap { $0 }.joined(separator: ", ")
            return BarTable.Row(
                label: names.joined(separator: " "), detail: detail, count: system.count, denied: system.denied)
        }
        bars("Networks", findings.networks, &page) {
            BarTable.Row(label: $0.key.network, count: $0.count, denied: $0.denied)
        }
        bars("Unknown addresses", findings.hosts.filter { !$0.isKnown }, &page) {
            BarTable.Row(
                label: $0.address == "None" ? "this machine" : $0.address, detail: $0.host ?? $0.network,
                count: $0.count,
                denied: $0.denied)
        }
        bars("Failed logins", findings.events, &page) {
            BarTable.Row(
                label: $0.key == "suppressed" ? "not written down" : $0.key.replacing("_", with: " "), count: $0.count,
                kind: "failed")
        }
        bars("Addresses with failures", findings.failingAddresses, &page) {
            BarTable.Row(label: $0.note.address ?? "this machine", count: $0.count, kind: "failed")
        }
    }

    private static func bars<Item>(
        _ title: String, _ items: [Item], _ page: inout HTMLText, _ row: (Item) -> BarTable.Row
    ) {
        HTMLPage.section(title, &page) { page in
            BarTable(
                title: title, rows: items.prefix(HTMLPage.tableLimit).map(row), count: items.count,
                shown: HTMLPage.rowLimit
            )
            .write(to: &page)
        }
    }
}

extension HTMLText {
    /// The cell that says what a row is about.
    fileprivate mutating func head(_ text: String) { element("th", [("scope", "row")], text: text) }

    /// A cell of numbers; `name` is what a narrow screen calls them.
    fileprivate mutating func number(_ name: String, _ text: String) {
        element("td", [("class", "number"), ("data-name", name)], text: text)
    }
}
