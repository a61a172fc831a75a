/// Finds the first pattern of a list that matches and has not ended.
struct PatternIndex: Sendable {
    /// What is asked once the first match has ended: the patterns that last, and those of each last day.
    private struct Endings {
        var lastDays: [Int: Day]
        var lasting: any PatternSet
        var ending: [(lastDay: Day, set: any PatternSet)]
    }

    private let all: any PatternSet
    private let endings: Endings?

    /// - Parameters:
    ///   - all: All patterns.
    ///   - lastDays: The lines that end.
    ///   - compile: Makes a set of some of the patterns.
    init(
        _ all: any PatternSet, lastDays: [Int: Day], _ lines: [PatternLine], compile: ([PatternLine]) -> any PatternSet
    ) {
        self.all = all
        guard !lastDays.isEmpty else {
            endings = nil
            return
        }
        let groups = Dictionary(grouping: lines) { lastDays[$0.line] }
        endings = Endings(
            lastDays: lastDays, lasting: compile(groups[nil] ?? []),
            ending: groups.compactMap { day, lines in day.map { ($0, compile(lines)) } })
    }

    /// The line of the first pattern that matches.
    ///
    /// - Complexity: One look at the set; more only if what it finds has ended.
    func firstLine(in text: String, at time: Timestamp) -> Int? {
        guard let line = all.firstMatch(in: text) else { return nil }
        guard let endings, endings.lastDays[line]?.isOver(at: time) == true else { return line }
        var first = endings.lasting.firstMatch(in: text)
        for (lastDay, set) in endings.ending where !lastDay.isOver(at: time) {
            guard let line = set.firstMatch(in: text) else { continue }
            first = min(first ?? line, line)
        }
        return first
    }
}
