internal import AuditCore

/// Logins over time as stacked bars, drawn once for wide pages and once for narrow ones, and the numbers as a table.
package struct TimelineChart {
    private let width: Duration
    private let bars: [Timeline.Bar]

    /// A drawing's measures, in pixels.
    private struct Canvas {
        var name: String
        var width: Double
        var height: Double
        /// How many times are written below the bars, at most.
        var labels: Int
        let left = 46.0
        let right = 4.0
        let top = 8.0
        let bottom = 22.0
    }

    /// Draws the bars of a timeline, each as wide in time as the others.
    package init(_ timeline: (width: Duration, bars: [Timeline.Bar])) {
        (width, bars) = timeline
    }

    /// The chart; a sentence if there are no bars.
    package func write(to page: inout HTMLText) {
        guard !bars.isEmpty else { return page.element("p", [("class", "none")], text: "No logins.") }
        page.raw(
            """
            <p class="legend"><span class="allowed">allowed</span> <span class="denied">denied</span> \
            <span class="failed">failed</span></p>

            """)
        draw(Canvas(name: "wide", width: 960, height: 260, labels: 12), to: &page)
        draw(Canvas(name: "narrow", width: 360, height: 220, labels: 5), to: &page)
        table(to: &page)
    }

    private var total: Timeline.Counts { bars.reduce(Timeline.Counts()) { $0 + $1.counts } }

    private func draw(_ canvas: Canvas, to page: inout HTMLText) {
        let most = bars.map(\.counts.total).max() ?? 0
        let top = Self.niceCeiling(most)
        let plotHeight = canvas.height - canvas.top - canvas.bottom
        let step = (canvas.width - canvas.left - canvas.right) / Double(bars.count)
        func y(_ count: Int) -> Double { canvas.top + plotHeight * (1 - Double(count) / Double(top)) }

        page.raw(
            """
            <svg class="chart \(canvas.name)" viewBox="0 0 \(canvas.width.short) \(canvas.height.short)" role="img" \
            aria-labelledby="time-\(canvas.name) time-\(canvas.name)-text">
            <title id="time-\(canvas.name)">Logins over time</title>
            <desc id="time-\(canvas.name)-text">\(HTMLText.escaped(summary))</desc>

            """)
        for part in 0...4 {
            let count = top * part / 4
            guard part == 0 || count > top * (part - 1) / 4 else { continue }
            page.raw(
                "<path class=\"line\" d=\"M\(canvas.left.short) \(y(count).short)H\((canvas.width - canvas.right).short)\"/>"
            )
            page.raw(
                "<text class=\"count\" x=\"\((canvas.left - 6).short)\" y=\"\((y(count) + 4).short)\">\(count.grouped)</text>\n"
            )
        }
        for (index, bar) in bars.enumerated() where bar.counts.total > 0 {
            let x = canvas.left + Double(index) * step
            let gap = step > 4 ? 1.0 : 0
            page.raw(
                "<g><title>\(HTMLText.escaped("\(label(bar.start, long: true)): \(Self.words(bar.counts))"))</title>")
            var below = 0
            let parts = [("allowed", bar.counts.allowed), ("denied", bar.counts.denied), ("failed", bar.counts.failed)]
            for (kind, count) in parts where count > 0 {
                let height = max(0.5, y(below) - y(below + count))
                below += count
                page.raw(
                    "<rect class=\"\(kind)\" x=\"\(x.short)\" y=\"\(y(below).short)\" width=\"\((step - gap).short)\" height=\"\(height.short)\"/>"
                )
            }
            page.raw("</g>\n")
        }
        let every = max(1, (bars.count + canvas.labels - 1) / canvas.labels)
        for index in stride(from: 0, to: bars.count, by: every) {
            // Not so far right that the text would be cut off.
            let x = canvas.left + Double(index) * step
            guard x < canvas.width - 40 || index == 0 else { continue }
            page.raw(
                "<text x=\"\(x.short)\" y=\"\((canvas.height - 6).short)\">\(label(bars[index].start, long: false))</text>\n"
            )
        }
        page.raw("</svg>\n")
    }

    private func table(to page: inout HTMLText) {
        page.raw(
            """
            <details><summary>The numbers, UTC</summary>
            <table><thead><tr><th scope="col">From</th><th scope="col">Allowed</th><th scope="col">Denied</th>\
            <th scope="col">Failed</th></tr></thead>
            <tbody>

            """)
        for bar in bars where bar.counts.total > 0 {
            page.element("tr") { row in
                row.element("th", [("scope", "row")], text: bar.start.minute)
                for count in [bar.counts.allowed, bar.counts.denied, bar.counts.failed] {
                    row.element("td", [("class", "number")], text: count.grouped)
                }
            }
            page.raw("\n")
        }
        page.raw("</tbody></table></details>\n")
    }

    private var summary: String {
        let busiest = bars.max { $0.counts.total < $1.counts.total }
        let most = busiest.map { "; most from \($0.start.minute) on, with \($0.counts.total.grouped)" } ?? ""
        return Self.words(total) + most
    }

    private static func words(_ counts: Timeline.Counts) -> String {
        "\(counts.allowed.grouped) allowed, \(counts.denied.grouped) denied, \(counts.failed.grouped) failed"
    }

    /// `14:00` where the chart is about two days at most, else `11-23`, `2026-11`.
    private func label(_ time: Timestamp, long: Bool) -> String {
        if long { return time.minute }
        let text = time.sqlText
        let span = width * bars.count
        if span <= .seconds(2 * 86_400) { return String(text.dropFirst(11).prefix(5)) }
        return span <= .seconds(300 * 86_400) ? String(text.dropFirst(5).prefix(5)) : String(text.prefix(7))
    }

    /// The next number up that divides well: 4, 8, 20, 40, 80, 200, …
    private static func niceCeiling(_ count: Int) -> Int {
        var unit = 1
        while unit < Int.max / 100 {
            for factor in [4, 8, 12, 20] where factor * unit >= count { return factor * unit }
            unit *= 10
        }
        return max(4, count)
    }
}
