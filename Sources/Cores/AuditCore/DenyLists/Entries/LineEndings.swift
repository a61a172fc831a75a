/// The lines of a list that end, and what comes after each of them.
struct LineEndings: Sendable {
    private struct Ending {
        var lastDay: Day
        /// The next line with an equal entry that lasts longer.
        var successor: UInt32?
    }

    private var endings: [UInt32: Ending] = [:]

    /// Takes a line.
    ///
    /// - Parameters:
    ///   - lastDay: When it ends; nil if it lasts.
    ///   - first: The first line with an equal entry, if there was one before.
    mutating func take(_ line: UInt32, until lastDay: Day?, after first: UInt32?) {
        if var earlier = first {
            // Only what lasts longer than all before it can ever be the one that counts.
            while let next = endings[earlier]?.successor { earlier = next }
            guard let ending = endings[earlier], lastDay.map({ $0 > ending.lastDay }) ?? true else { return }
            endings[earlier]?.successor = line
        }
        if let lastDay { endings[line] = Ending(lastDay: lastDay) }
    }

    /// The first line, beginning with this one, that has not ended.
    ///
    /// - Complexity: Nothing if no line of the list ends.
    func line(from first: UInt32, at time: Timestamp) -> UInt32? {
        guard !endings.isEmpty else { return first }
        var line = first
        while let ending = endings[line], ending.lastDay.isOver(at: time) {
            guard let successor = ending.successor else { return nil }
            line = successor
        }
        return line
    }
}

/// The lines of a list that are entries.
struct EntryLines: Sendable {
    /// Their numbers, in order; of a line with several entries as often as it has some.
    private(set) var numbers: [UInt32] = []
    /// Those that end.
    private(set) var endings: [(line: Int, lastDay: Day)] = []

    /// How many there are; repeated ones count.
    var count: Int { numbers.count }

    /// Takes a line.
    mutating func add(_ line: ListLine) { add(line.number, until: line.until) }

    /// Takes a line by its number.
    mutating func add(_ line: Int, until lastDay: Day?) {
        numbers.append(UInt32(clamping: line))
        if let lastDay { endings.append((line, lastDay)) }
    }

    /// The last day on which one of them can meet anybody; nil if one lasts.
    var lastDay: Day? { endings.count == count ? endings.map(\.lastDay).max() : nil }
}
