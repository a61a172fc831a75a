internal import AuditCore
internal import Report

extension ReplayFindings {
    /// As one HTML page that loads nothing: who, from where, when.
    package var html: String {
        let title = "What other lists would have done"
        return HTMLPage.text(title) { page in
            header(title, &page)
            page.raw("<main>\n")
            HTMLPage.section("Logins that would newly be refused, over time", &page) {
                TimelineChart(timeline).write(to: &$0)
            }
            people("Newly refused", newlyRefused, &page)
            people("Newly let in", newlyAllowed, &page)
            HTMLPage.section("Where these logins came from", &page) { WorldMap(places).write(to: &$0) }
            HTMLPage.section("Lines that decide", &page) { page in
                let rows = namedLines.prefix(HTMLPage.tableLimit).map { name, line in
                    BarTable.Row(
                        label: name, detail: "\(line.users.grouped) users, last \(line.last.minute)", count: line.hits)
                }
                BarTable(title: "Line", rows: rows, count: lines.count, shown: HTMLPage.rowLimit).write(to: &page)
            }
            if !notes.isEmpty {
                HTMLPage.section("Notes", &page) { page in
                    page.element("ul") { list in for note in notes { list.element("li", text: note) } }
                }
            }
            page.raw("</main>\n")
        }
    }

    private func header(_ title: String, _ page: inout HTMLText) {
        page.raw("<header>\n")
        page.element("h1", text: title)
        let time = [first, last].compactMap { $0?.minute }.joined(separator: " to ")
        page.element(
            "p",
            text: "\(time.isEmpty ? "No logins" : time + ", UTC"); compared with what "
                + (isAgainstRecords ? "was decided then" : "is in force now"))
        page.raw("<dl class=\"tiles\">\n")
        func tile(_ name: String, _ count: Int, _ kind: String = "") {
            page.element("div", kind.isEmpty ? [] : [("class", kind)]) { tile in
                tile.element("dt", text: name)
                tile.element("dd", text: count.grouped)
            }
        }
        tile("users newly refused", newlyRefused.users.count, "denied")
        tile("users newly let in", newlyAllowed.users.count, "allowed")
        tile("logins newly refused", newlyRefused.logins, "denied")
        tile("logins newly let in", newlyAllowed.logins, "allowed")
        tile("logins", logins)
        tile("users", users)
        tile("without facts", withoutFacts, "failed")
        page.raw("</dl>\n</header>\n")
    }

    private func people(_ title: String, _ change: Change, _ page: inout HTMLText) {
        HTMLPage.section(title, &page) { page in
            HTMLPage.table(
                [("User", ""), ("Logins", "number"), ("By", "growing"), ("Last", "")], change.users + change.passwords,
                empty: "Nobody.", &page
            ) { person, row in
                row.element("th", [("scope", "row")]) { cell in
                    cell.text(person.user)
                    if let password = person.password { cell.element("small", text: "app password \(password)") }
                }
                row.element("td", [("class", "number"), ("data-name", "logins")], text: person.logins.grouped)
                row.element("td") { if let rule = person.rule { $0.element("code", text: rule) } }
                row.element("td") { HTMLPage.last(LastLogin(time: person.last, address: person.address), &$0) }
            }
        }
    }
}
