/// A deny list, and all there is to know of one: what it is called, how its file reads, what its entries are compared with,
/// what a hit says and what it means that nobody knows.
///
/// A type that conforms is a kind of list, an object of it one list in force: immutable, and shared by all logins, which
/// costs them no copy. A new kind is a file in `Lists/` and a line of ``DenyListKind/allCases``.
protocol DenyList: AnyObject, Sendable {
    /// Its key in `[audit.lists]`, by which answers and metrics name it too.
    static var name: String { get }
    /// What `AUDIT_MATCHED` says of a hit; of entities with the handle after a colon.
    static var label: String { get }
    /// The facts that entries are compared with; none if the address says it all.
    static var facts: [FactKind] { get }
    /// What entries are compared with in MaxMind's databases.
    static var geoDetails: GeoDetails { get }
    /// How entries stand in a file.
    static var syntax: ListSyntax { get }

    /// Takes the entries of a file; those that are none are problems of the reader.
    init(reading reader: inout DenyListReader)

    /// The path as written in the settings.
    var file: String { get }
    /// The lines that are entries.
    var lines: EntryLines { get }
    /// The last day on which an entry can meet anybody; nil if one lasts.
    var lastDay: Day? { get }

    /// The denial that the first entry that applies stands for; nil if none does.
    ///
    /// - Complexity: Does not grow with the number of entries; allocates only for a hit and to fold entities' case.
    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial?

    /// Why facts that entries are compared with could not be had, of each of their sources; nil for none that is missed.
    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?)

    /// How the list comes out.
    func finding(_ attempt: LoginAttempt, _ facts: Facts) -> ListFinding

    /// Which lines of a file others make useless.
    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps

    /// An entry as a text that is equal for equal entries.
    static func comparable(_ line: ListLine) -> String

    /// Whether other entries, as ``comparable(_:)`` has them, meet others.
    static func coverage(from old: [String], to new: [String]) -> ListDifference.Coverage
}

extension DenyList {
    static var geoDetails: GeoDetails { [] }

    /// How many entries it has; repeated ones count.
    var count: Int { lines.count }

    /// Whether an entry can meet anybody.
    func isInForce(at time: Timestamp) -> Bool {
        // The last day of a list without entries is nobody's business.
        lastDay.map { !$0.isOver(at: time) } ?? (count > 0)
    }

    func finding(_ attempt: LoginAttempt, _ facts: Facts) -> ListFinding {
        guard isInForce(at: attempt.time) else { return .pass }
        if let denial = denial(attempt, facts) { return .hit(denial) }
        let (first, second) = Self.troubles(facts)
        return first == nil && second == nil ? .pass : .unknown
    }

    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        var texts: [(text: String, line: ListOverlaps.Line)] = []
        reader.eachLine { texts.append((comparable($0), ListOverlaps.Line($0))) }
        return ListOverlaps(of: texts)
    }

    static func comparable(_ line: ListLine) -> String {
        String(decoding: line.entryBeforeComma, as: UTF8.self).uppercased()
    }

    /// `access from X is forbidden`; X may come from foreign servers and is made harmless and short.
    func denial(of place: String, line: some BinaryInteger) -> Denial {
        denial(telling: "access from \(place.visible()) is forbidden", line: line)
    }

    /// A denial in words of its own.
    func denial(matching matched: String = label, telling text: String, line: some BinaryInteger) -> Denial {
        Denial(
            list: DenyListKind(Self.self), matched: matched, rule: RuleReference(file: file, line: Int(line)),
            text: text)
    }
}

/// The entries of a list in the shape that finds them fastest.
struct IndexedEntries<Index: Sendable>: Sendable {
    /// The path as written in the settings.
    let file: String
    /// The lines that are entries.
    let lines: EntryLines
    /// The last day on which one of them can meet anybody; nil if one lasts.
    let lastDay: Day?
    /// Each entry leads to the number of the first line that has it and has not ended.
    let index: Index

    init(file: String, _ lines: EntryLines, _ index: Index) {
        (self.file, self.lines, self.index) = (file, lines, index)
        lastDay = lines.lastDay
    }
}

/// A list whose entries are found by an index.
protocol IndexedDenyList: DenyList {
    associatedtype Index: Sendable
    var entries: IndexedEntries<Index> { get }
}

extension IndexedDenyList {
    var file: String { entries.file }
    var lines: EntryLines { entries.lines }
    var lastDay: Day? { entries.lastDay }
}
