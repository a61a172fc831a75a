/// What can be said of a list file without judging anybody: for `lists check` and `lists stats`.
package struct ListInspection: Sendable {
    /// Two lines that meet the same.
    package struct Overlap: Sendable, Equatable {
        /// The line that could go, or that holds what an earlier one says.
        package var line: Int
        /// The earlier line.
        package var earlier: Int
        /// In words: `192.0.2.0/25 lies in 192.0.2.0/24`.
        package var reason: String
    }

    /// Which list it was read as.
    package let kind: DenyListKind
    /// How many entries it has.
    package let entries: Int
    /// The lines that have them, in order, each once.
    package let entryLines: [Int]
    /// In which form it is, if it is not a line for each entry.
    package let format: String?
    /// Bad lines.
    package let problems: [ListProblem]
    /// What may not have been meant.
    package let notes: [ListProblem]
    /// Lines that end.
    package let endings: [ListEnding]
    /// Lines that an earlier one makes useless, in line order.
    package let useless: [Overlap]
    /// Lines that hold all that an earlier one says, and more; the earlier one could go.
    package let overlaps: [Overlap]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - kind: What kind of list it is.
    ///   - effect: What the list does; nil: it denies, if there are such lists of its kind.
    ///   - engine: Compiles the patterns of a list of patterns.
    ///   - matching: Whether a pattern must match the whole text.
    /// - Complexity: n log n.
    package init(
        _ file: DenyListFile, as kind: DenyListKind, effect: ListEffect? = nil, engine: any PatternEngine,
        matching: PatternMatching = .full
    ) {
        self.kind = kind
        let effect = effect ?? (DenyListKind.allCases.contains(kind) ? .deny : .allow)
        let build = DenyLists.build([kind: file], effect: effect, engine: engine, matching: matching)
        entries = build.lists.entryCount(of: kind) ?? 0
        entryLines = build.lists.entryLines(of: kind)
        (problems, notes, format) = (build.problems, build.notes, build.formats[kind])
        endings = build.lists.endings
        let compiler = PatternCompiler(engine: engine, matching: matching) { _ in }
        var reader = DenyListReader(file, kind.list.syntax, effect, compiler)
        let found = kind.overlaps(in: &reader)
        useless = found.useless.sorted { $0.line < $1.line }
        overlaps = found.overlaps.sorted { $0.line < $1.line }
    }
}

extension ListInspection {
    /// The list that a file without a name in the settings is most likely for: the one whose entries stand in it in a form in
    /// which they are offered; else the one of which most of its lines are entries; a list of patterns, of which anything may
    /// be an entry, only if less than half are any other's.
    ///
    /// - Returns: nil for a file without lines.
    package static func likelyKind(of file: DenyListFile, engine: any PatternEngine) -> DenyListKind? {
        let literals: [DenyListKind] = [.ipNetworks, .asNumbers, .networkCountry, .coordinates, .geoLocationIDs]
        var (best, offered) = (nil as (kind: DenyListKind, entries: Int)?, nil as (kind: DenyListKind, entries: Int)?)
        var lines = 0
        for kind in literals {
            let build = DenyLists.build([kind: file], engine: engine)
            let (entries, bad) = (build.lists.entryCount(of: kind) ?? 0, build.problemCounts[kind] ?? 0)
            lines = max(lines, entries + bad)
            if entries > best?.entries ?? 0 { best = (kind, entries) }
            if build.formats[kind] != nil, entries > bad, entries > offered?.entries ?? 0 { offered = (kind, entries) }
        }
        if let offered { return offered.kind }
        if let best, best.entries * 2 > lines { return best.kind }
        guard lines > 0 else { return nil }
        let text = String(decoding: file.bytes, as: UTF8.self)
        if text.contains("\\.") { return .reverseHostname }
        // Handles are one word in capitals with a dash; names of networks may look alike, patterns do not.
        return text.contains(/[.*?\[\]()|\\]/) ? .networkName : .entities
    }
}
