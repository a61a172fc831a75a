/// What differs between two files of one kind of list.
package struct ListDifference: Sendable {
    /// An entry of one of the files.
    package struct Entry: Sendable, Equatable {
        /// Its line.
        package var line: Int
        /// The entry, without its comment.
        package var text: String
        /// The last day on which it meets anybody; nil if it lasts.
        package var lastDay: Day?
    }

    /// Whether who is met differs.
    package enum Coverage: Sendable, Equatable {
        /// The same are met.
        case same
        /// Others are met; of networks, how many addresses more and less.
        case differs(more: Double?, less: Double?)
    }

    /// Entries of the new file that the old one has not.
    package let added: [Entry]
    /// Entries of the old file that the new one has not.
    package let removed: [Entry]
    /// Entries of both whose end differs: the old one, the new one.
    package let changed: [(old: Entry, new: Entry)]
    /// How many entries are the same.
    package let unchanged: Int
    /// Whether who is met today differs.
    package let coverage: Coverage
    /// Bad lines of either file.
    package let problems: [ListProblem]

    /// Compares two files.
    ///
    /// - Parameters:
    ///   - old: The one in use.
    ///   - new: The one to take its place.
    ///   - kind: What kind of list both are.
    ///   - engine: Compiles the patterns of a list of patterns.
    ///   - time: Entries that have ended then meet nobody.
    /// - Complexity: n log n.
    package init(
        from old: DenyListFile, to new: DenyListFile, as kind: DenyListKind, engine: any PatternEngine,
        at time: Timestamp
    ) {
        let compiler = PatternCompiler(engine: engine, matching: .full) { _ in }
        var problems: [ListProblem] = []
        func read(_ file: DenyListFile) -> [Entry] {
            let effect: ListEffect = kind == .users ? .allow : .deny
            let build = DenyLists.build([kind: file], effect: effect, engine: engine)
            problems += build.problems
            let bad = Set(build.problems.map(\.line))
            var reader = DenyListReader(file, kind.list.syntax, effect, compiler)
            var entries: [Entry] = []
            reader.eachLine { line in
                guard !bad.contains(line.number) else { return }
                entries.append(Entry(line: line.number, text: kind.comparable(line), lastDay: line.until))
            }
            return entries
        }
        let (before, after) = (read(old), read(new))
        var known = Dictionary(before.map { ($0.text, $0) }) { first, _ in first }
        let all = known
        var (added, changed, unchanged): ([Entry], [(old: Entry, new: Entry)], Int) = ([], [], 0)
        var seen: Set<String> = []
        for entry in after where seen.insert(entry.text).inserted {
            guard let earlier = all[entry.text] else {
                added.append(entry)
                continue
            }
            known[entry.text] = nil
            if earlier.lastDay == entry.lastDay { unchanged += 1 } else { changed.append((earlier, entry)) }
        }
        self.added = added
        removed = known.values.sorted { $0.line < $1.line }
        (self.changed, self.unchanged, self.problems) = (changed, unchanged, problems)
        func inForce(_ entries: [Entry]) -> [String] {
            entries.filter { $0.lastDay?.isOver(at: time) != true }.map(\.text)
        }
        coverage = kind.coverage(from: inForce(before), to: inForce(after))
    }
}
