/// A list of patterns.
protocol PatternDenyList: DetailedDenyList where Index == PatternIndex {}

extension PatternDenyList {
    static var syntax: ListSyntax { .patterns }

    static func comparable(_ line: ListLine) -> String { line.text }

    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        var lastDays: [Int: Day] = [:]
        let lines = reader.patternLines { lastDays[$0.number] = $0.until }
        return ListOverlaps(of: lines, lastDays: lastDays, reader.compiler)
    }
}
