package import AuditCore

/// An HTML page of its own: readable without scripts and without a network, on a phone and on paper.
///
/// Its content security policy forbids scripts and requests, should a text from outside ever get through.
package enum HTMLPage {
    /// How many rows a list shows before it is unfolded.
    package static let rowLimit = 12
    /// How many rows a list has at most.
    package static let tableLimit = 200

    /// A page with what `content` writes in its body.
    package static func text(_ title: String, _ content: (inout HTMLText) -> Void) -> String {
        var page = HTMLText()
        page.raw(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <meta name="robots" content="noindex">
            <link rel="icon" href="data:,">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            \(HTMLStyle.css)
            </style>
            </head>
            <body>

            """)
        content(&page)
        page.raw("</body>\n</html>\n")
        return page.html
    }

    /// A section with a heading.
    package static func section(_ title: String, _ page: inout HTMLText, _ content: (inout HTMLText) -> Void) {
        page.raw("<section>\n")
        page.element("h2", text: title)
        page.raw("\n")
        content(&page)
        page.raw("</section>\n")
    }

    /// A table, whose end can be unfolded.
    package static func table<Item>(
        _ columns: [(title: String, kind: String)], _ items: [Item], empty: String, _ page: inout HTMLText,
        _ row: (Item, inout HTMLText) -> Void
    ) {
        guard !items.isEmpty else { return page.element("p", [("class", "none")], text: empty) }
        func rows(_ items: ArraySlice<Item>, _ page: inout HTMLText) {
            page.raw("<table class=\"facts\">\n<thead><tr>")
            for column in columns {
                page.element("th", [("scope", "col"), ("class", column.kind)], text: column.title)
            }
            page.raw("</tr></thead>\n<tbody>\n")
            for item in items {
                page.element("tr") { row(item, &$0) }
                page.raw("\n")
            }
            page.raw("</tbody>\n</table>\n")
        }
        rows(items.prefix(rowLimit), &page)
        guard items.count > rowLimit else { return }
        page.raw("<details><summary>\((items.count - rowLimit).grouped) more</summary>\n")
        rows(items.prefix(tableLimit).dropFirst(rowLimit), &page)
        let rest = items.count - tableLimit
        if rest > 0 { page.element("p", [("class", "none")], text: "and \(rest.grouped) that are not listed") }
        page.raw("</details>\n")
    }

    /// When and from where.
    package static func last(_ login: LastLogin?, _ cell: inout HTMLText) {
        guard let login else { return }
        cell.element("time", [("datetime", login.time.description)], text: login.time.minute)
        cell.raw(" ")
        cell.isolated(login.address ?? "this machine")
    }
}

extension Timestamp {
    /// `2026-11-23 17:15`.
    package var minute: String { String(sqlText.prefix(16)) }
}
