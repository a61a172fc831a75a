/// A line of a list that ends.
package struct ListEnding: Sendable, Equatable {
    /// The line.
    package var rule: RuleReference
    /// The last day on which it meets anybody, in UTC.
    package var lastDay: Day

    /// In words, if it is over or ends within a week: `ended on 2026-12-24`; nil if it lasts longer.
    package func note(at time: Timestamp) -> String? {
        if lastDay.isOver(at: time) { return "ended on \(lastDay) and meets nobody any more" }
        return lastDay <= Day(of: time).advanced(by: 7) ? "ends on \(lastDay)" : nil
    }
}

extension [ListEnding] {
    /// How many are over, and how many end within a week.
    package func counts(at time: Timestamp) -> (ended: Int, ending: Int) {
        let ended = count { $0.lastDay.isOver(at: time) }
        return (ended, count { $0.note(at: time) != nil } - ended)
    }

    /// What to tell an administrator, in the order of the lines: those that are over or end within a week, a bounded number
    /// of each file.
    package func notes(at time: Timestamp, atMost limit: Int = 20) -> [String] {
        var named: [String: Int] = [:]
        var notes: [String] = []
        for ending in self {
            guard let note = ending.note(at: time) else { continue }
            named[ending.rule.file, default: 0] += 1
            if named[ending.rule.file, default: 0] <= limit { notes.append("\(ending.rule): \(note)") }
        }
        for (file, count) in named.sorted(by: { $0.key < $1.key }) where count > limit {
            notes.append("\(file): \(count - limit) more lines have ended or end within a week")
        }
        return notes
    }
}
