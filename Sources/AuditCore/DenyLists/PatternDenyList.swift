/// A list of patterns.
protocol PatternDenyList: IndexedDenyList where Index == any PatternSet {}

extension PatternDenyList {
    static var syntax: ListSyntax { .patterns }

    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        ListOverlaps(of: reader.patternLines().lines, reader.compiler)
    }
}
