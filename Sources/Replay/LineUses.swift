internal import AuditCore
internal import Report

/// What the lines of one list met.
public struct LineUses: Sendable {
    /// Those that met somebody, by hits.
    public let met: [ReplayFindings.Line]
    /// Those that met nobody, by their numbers.
    public let unmet: [Int]

    /// Looks for a list's lines among those that decided.
    ///
    /// - Parameters:
    ///   - file: The list's path as written in the settings.
    ///   - lines: The numbers of its lines with entries, in order.
    public init(_ findings: ReplayFindings, of file: String, among lines: [Int]) {
        var uses: [String: ReplayFindings.Line] = [:]
        for line in findings.lines { uses[line.rule] = line }
        var (met, unmet): ([ReplayFindings.Line], [Int]) = ([], [])
        for number in lines {
            if let use = uses[RuleReference(file: file, line: number).description] { met.append(use) } else { unmet.append(number) }
        }
        let byHits = met.enumerated().sorted { ($1.element.hits, $0.offset) < ($0.element.hits, $1.offset) }
        self.met = byHits.map(\.element)
        self.unmet = unmet
    }

    /// Those that met honeypots and nobody else.
    public var metHoneypotsOnly: [ReplayFindings.Line] { met.filter { $0.hits == $0.honeypotHits } }

    /// `, 2 met nobody, 1 met honeypots only`; empty if neither is so.
    public var summary: String {
        let honeypots = metHoneypotsOnly.count
        return (unmet.isEmpty ? "" : ", \(unmet.count.grouped) met nobody")
            + (honeypots == 0 ? "" : ", \(honeypots.grouped) met honeypots only")
    }

    /// A line of text for each line that met somebody, and one for those that met nobody.
    ///
    /// - Parameter limit: How many are named of each.
    public func lines(atMost limit: Int) -> [String] {
        var texts = met.prefix(limit).map { line in
            let whose = line.hits == line.honeypotHits ? "honeypots only" : ReplayFindings.counted(line.users, "user")
            return "\(line.rule): \(ReplayFindings.counted(line.hits, "login")) of \(whose), last \(line.last.minute)"
        }
        if met.count > limit { texts.append("and \((met.count - limit).grouped) more that met somebody (--limit)") }
        guard !unmet.isEmpty else { return texts }
        let ranges = Self.ranges(unmet)
        let more = ranges.count > limit ? " and more (--limit)" : ""
        texts.append("met nobody: \(unmet.count == 1 ? "line" : "lines") \(ranges.prefix(limit).joined(separator: ", "))\(more)")
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
