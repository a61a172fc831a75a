/// What can be said of a list file without judging anybody: for `lists check` and `lists stats`.
public struct ListInspection: Sendable {
    /// Two lines that meet the same.
    public struct Overlap: Sendable, Equatable {
        /// The line that could go, or that holds what an earlier one says.
        public var line: Int
        /// The earlier line.
        public var earlier: Int
        /// In words: `192.0.2.0/25 lies in 192.0.2.0/24`.
        public var reason: String
    }

    /// Which list it was read as.
    public let kind: DenyListKind
    /// How many entries it has.
    public private(set) var entries: Int
    /// In which form it is, if it is not a line for each entry.
    public let format: String?
    /// Bad lines.
    public let problems: [ListProblem]
    /// What may not have been meant.
    public let notes: [ListProblem]
    /// Lines that an earlier one makes useless, in line order.
    public private(set) var useless: [Overlap] = []
    /// Lines that hold all that an earlier one says, and more; the earlier one could go.
    public private(set) var overlaps: [Overlap] = []

    /// Reads a file.
    ///
    /// - Complexity: n log n.
    public init(
        _ file: DenyListFile, as kind: DenyListKind, engine: any PatternEngine, matching: PatternMatching = .full
    ) {
        self.kind = kind
        let build = DenyLists.build([kind: file], engine: engine, matching: matching)
        entries = build.lists.entryCount(of: kind) ?? 0
        (problems, notes, format) = (build.problems, build.notes, build.formats[kind])
        var reader = DenyListReader(file, kind: kind)
        switch kind {
        case .ipNetworks: inspectNetworks(&reader)
        case .reverseHostname, .networkName, .asNames: inspectPatterns(reader.patternLines(), engine, matching)
        case .networkCountry, .asCountry, .entities, .asNumbers, .geoLocationIDs, .coordinates:
            inspectTexts(reader.entryTexts())
        }
        useless.sort { $0.line < $1.line }
        overlaps.sort { $0.line < $1.line }
    }

    private mutating func inspectNetworks(_ reader: inout DenyListReader) {
        var networks: [(prefix: IPPrefix, line: Int)] = []
        reader.eachNetwork { line, prefixes in networks += prefixes.map { ($0, line.number) } }
        networks.sort {
            let (one, other) = ($0.prefix, $1.prefix)
            if one.address.family != other.address.family { return one.address.family == .v4 }
            return (one.address.bits, one.length, $0.line) < (other.address.bits, other.length, $1.line)
        }
        // Those that hold the one at hand, the widest first.
        var holders: [(prefix: IPPrefix, line: Int)] = []
        for (prefix, line) in networks {
            while let last = holders.last, !last.prefix.contains(prefix.address) { holders.removeLast() }
            if let holder = holders.min(by: { $0.line < $1.line }), holder.line != line {
                let reason =
                    holder.prefix == prefix ? "\(prefix) again" : "\(prefix) lies in \(holder.prefix)"
                if holder.line < line {
                    useless.append(Overlap(line: line, earlier: holder.line, reason: reason))
                } else {
                    overlaps.append(Overlap(line: holder.line, earlier: line, reason: reason))
                }
            }
            holders.append((prefix, line))
        }
    }

    private mutating func inspectTexts(_ texts: [(text: String, line: Int)]) {
        var first: [String: Int] = [:]
        for (text, line) in texts {
            if let earlier = first[text] {
                useless.append(Overlap(line: line, earlier: earlier, reason: "\(text.visible(limit: 60)) again"))
            } else {
                first[text] = line
            }
        }
    }

    private mutating func inspectPatterns(
        _ lines: [PatternLine], _ engine: any PatternEngine, _ matching: PatternMatching
    ) {
        inspectTexts(lines.map { ($0.text, $0.line) })
        let repeated = Set(useless.map(\.line))
        let set = engine.compile(lines, matching: matching) { _ in }.set
        for line in lines where !repeated.contains(line.line) {
            // A pattern that is one text, dots escaped: an earlier pattern may meet that.
            guard let text = line.text.soleText, let earlier = set.firstMatch(in: text), earlier < line.line else { continue }
            useless.append(Overlap(line: line.line, earlier: earlier, reason: "\(text.visible(limit: 60)) is met already"))
        }
    }
}

extension ListInspection {
    /// The list that a file without a name in the settings is most likely for: the one whose entries stand in it in a form in
    /// which they are offered; else the one of which most of its lines are entries; a list of patterns, of which anything may
    /// be an entry, only if less than half are any other's.
    ///
    /// - Returns: nil for a file without lines.
    public static func likelyKind(of file: DenyListFile, engine: any PatternEngine) -> DenyListKind? {
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

extension DenyListReader {
    /// The entries of a list of literals as texts that are equal if the entries are.
    mutating func entryTexts() -> [(text: String, line: Int)] {
        var texts: [(text: String, line: Int)] = []
        let kind = kind
        eachLine { line in
            let entry = line.entry.prefix { $0 != UInt8(ascii: ",") || kind == .coordinates }
            let text = String(decoding: entry, as: UTF8.self).uppercased()
            texts.append((kind == .asNumbers && text.hasPrefix("AS") ? String(text.dropFirst(2)) : text, line.number))
        }
        return texts
    }
}

extension String {
    /// The only text that a pattern can match, if it says so plainly: letters, digits, dashes, and dots with a backslash.
    fileprivate var soleText: String? {
        let plain = replacing("\\.", with: "\u{0}")
        guard plain.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "\u{0}" }) else { return nil }
        return plain.replacing("\u{0}", with: ".")
    }
}
