package import AuditCore
internal import Report

/// What the lines of one list decided.
package struct LineUses: Sendable {
    /// Those that decided something, by hits.
    package let met: [ReplayFindings.Line]
    /// Those that decided nothing, by their numbers: they may have met logins that another line decided.
    package let idle: [Int]

    /// Looks for a list's lines among those that decided.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - file: Its path as written in the settings; other lists may have the same.
    ///   - lines: The numbers of its lines with entries, in order.
    package init(_ findings: ReplayFindings, of list: ListKey, in file: String, among lines: [Int]) {
        var uses: [String: ReplayFindings.Line] = [:]
        for line in findings.lines where line.list == list { uses[line.rule] = line }
        var (met, idle): ([ReplayFindings.Line], [Int]) = ([], [])
        for number in lines {
            if let use = uses[RuleReference(file: file, line: number).description] {
                met.append(use)
            } else {
                idle.append(number)
            }
        }
        let byHits = met.enumerated().sorted { ($1.element.hits, $0.offset) < ($0.element.hits, $1.offset) }
        self.met = byHits.map(\.element)
        self.idle = idle
    }

    /// Those that met honeypots and nobody else.
    package var metHoneypotsOnly: [ReplayFindings.Line] { met.filter { $0.hits == $0.honeypotHits } }

    /// `, 2 decided nothing, 1 met honeypots only`; empty if neither is so.
    package var summary: String {
        let honeypots = metHoneypotsOnly.count
        return (idle.isEmpty ? "" : ", \(idle.count.grouped) decided nothing")
            + (honeypots == 0 ? "" : ", \(honeypots.grouped) met honeypots only")
    }

    /// A line of text for each line that decided something, and one for those that did not.
    ///
    /// - Parameter limit: How many are named of each.
    package func lines(atMost limit: Int) -> [String] {
        var texts = met.prefix(limit).map { line in
            let whose = line.hits == line.honeypotHits ? "honeypots only" : ReplayFindings.counted(line.users, "user")
            return "\(line.rule): \(ReplayFindings.counted(line.hits, "login")) of \(whose), last \(line.last.minute)"
        }
        if met.count > limit {
            texts.append("and \((met.count - limit).grouped) more that decided something (--limit)")
        }
        guard !idle.isEmpty else { return texts }
        let ranges = Self.ranges(idle)
        let more = ranges.count > limit ? " and more (--limit)" : ""
        texts.append(
            "decided nothing: \(idle.count == 1 ? "line" : "lines") \(ranges.prefix(limit).joined(separator: ", "))\(more)"
        )
        return texts
    }

    /// `3, 5-9`.
    private static func ranges(_ numbers: [Int]) -> [String] {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }
}
