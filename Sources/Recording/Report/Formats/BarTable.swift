/// A list of counts with a bar each, as a table, so that the numbers are there for who sees no bars.
package struct BarTable {
    /// One bar.
    package struct Row {
        /// What the bar counts.
        package var label: String
        /// What is said of it in smaller letters; empty for nothing.
        package var detail = ""
        /// How long it is.
        package var count: Int
        /// How many of them were refused.
        package var denied = 0
        /// The class of what is not denied: `allowed`, `failed`.
        package var kind = "allowed"

        /// A bar; `kind` is the class of what is not denied.
        package init(label: String, detail: String = "", count: Int, denied: Int = 0, kind: String = "allowed") {
            (self.label, self.detail, self.count, self.denied, self.kind) = (label, detail, count, denied, kind)
        }
    }

    var title: String
    var rows: [Row]
    /// How many rows there would be without a bound.
    var count: Int
    /// How many are shown; the others can be unfolded.
    var shown: Int

    /// Rows in their order; `count` is of how many there are, `shown` how many of these at once.
    package init(title: String, rows: [Row], count: Int, shown: Int) {
        (self.title, self.rows, self.count, self.shown) = (title, rows, count, shown)
    }

    /// The table; a word if it has no rows.
    package func write(to page: inout HTMLText) {
        guard !rows.isEmpty else { return page.element("p", [("class", "none")], text: "None.") }
        table(rows.prefix(shown), to: &page)
        guard rows.count > shown else { return }
        page.raw("<details><summary>\((count - shown).grouped) more</summary>\n")
        table(rows.dropFirst(shown), to: &page)
        if count > rows.count {
            page.element("p", [("class", "none")], text: "and \((count - rows.count).grouped) that are not listed")
        }
        page.raw("</details>\n")
    }

    private func table(_ rows: ArraySlice<Row>, to page: inout HTMLText) {
        let most = self.rows.map(\.count).max() ?? 1
        let hasDenied = self.rows.contains { $0.denied > 0 }
        page.raw("<table class=\"bars\">\n<thead><tr><th scope=\"col\"><span class=\"unseen\">")
        page.text(title)
        page.raw(
            "</span></th><th scope=\"col\">Logins</th>\(hasDenied ? "<th scope=\"col\">Denied</th>" : "")</tr></thead>\n<tbody>\n"
        )
        for row in rows {
            page.element("tr") { line in
                line.element("th", [("scope", "row")]) { cell in
                    cell.isolated(row.label)
                    if !row.detail.isEmpty { cell.element("small", text: row.detail) }
                    cell.raw(Self.bar(row, most: most))
                }
                line.element("td", [("class", "number")], text: row.count.grouped)
                if hasDenied {
                    line.element("td", [("class", "number")], text: row.denied == 0 ? "" : row.denied.grouped)
                }
            }
            page.raw("\n")
        }
        page.raw("</tbody>\n</table>\n")
    }

    /// The numbers beside it say the same, so it is hidden from those who listen.
    private static func bar(_ row: Row, most: Int) -> String {
        let whole = max(0.5, 100 * Double(row.count) / Double(max(1, most)))
        let denied = row.denied == 0 ? 0 : max(0.5, whole * Double(row.denied) / Double(max(1, row.count)))
        let rest = whole - denied
        var shapes = ""
        if rest > 0 { shapes += "<rect class=\"\(row.kind)\" width=\"\(rest.short)\" height=\"8\"/>" }
        if denied > 0 {
            shapes += "<rect class=\"denied\" x=\"\(rest.short)\" width=\"\(denied.short)\" height=\"8\"/>"
        }
        return
            "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\(shapes)</svg>"
    }
}

extension Double {
    /// With one decimal: `12.3`.
    var short: String {
        let tenths = Int((self * 10).rounded())
        return tenths.isMultiple(of: 10)
            ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
