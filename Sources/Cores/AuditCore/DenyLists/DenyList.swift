/// A deny list, and all there is to know of one: what it is called, how its file reads, what its entries are compared with,
/// what a hit says and what it means that nobody knows.
///
/// A type that conforms is a kind of list, an object of it one list in force: immutable, and shared by all logins, which
/// costs them no copy. A new kind is a file in `Lists/` and a line of ``DenyListKind/allCases``; a program of one's own gives
/// its kind to ``DenyLists/build(_:effect:engine:matching:onLimit:)`` and has it tried behind those.
public protocol DenyList: AnyObject, Sendable {
    /// What finds an entry: ``LiteralIndex`` and the like.
    associatedtype Index: Sendable

    /// Its key in `[audit.lists]`, by which answers and metrics name it too.
    static var name: String { get }
    /// What `AUDIT_MATCHED` says of a hit; of entities with the handle after a colon.
    static var label: String { get }
    /// The facts that entries are compared with; none if the address says it all.
    static var facts: [FactKind] { get }
    /// How entries stand in a file.
    static var syntax: ListSyntax { get }

    /// Takes the entries of a file; those that are none are problems of the reader.
    init(reading reader: inout DenyListReader)

    /// What was read.
    var entries: IndexedEntries<Index> { get }

    /// The denial that the first entry that applies stands for; nil if none does.
    ///
    /// - Complexity: Does not grow with the number of entries; allocates only for a hit and to fold entities' case.
    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial?

    /// Why facts that entries are compared with could not be had, of each of their sources; nil for none that is missed.
    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?)
}

extension DenyList {
    /// The path as written in the settings.
    var file: String { entries.file }
    /// The lines that are entries.
    var lines: EntryLines { entries.lines }
    /// The last day on which an entry can meet anybody; nil if one lasts.
    var lastDay: Day? { entries.lastDay }

    /// How many entries it has; repeated ones count.
    var count: Int { lines.count }

    /// `access from X is forbidden`; X may come from foreign servers and is made harmless and short.
    public func denial(of place: String, line: some BinaryInteger) -> Denial {
        denial(telling: "access from \(place.visible()) is forbidden", line: line)
    }

    /// A denial in words of its own.
    func denial(matching matched: String = label, telling text: String, line: some BinaryInteger) -> Denial {
        Denial(
            list: DenyListKind(Self.self), matched: matched, rule: RuleReference(file: file, line: Int(line)),
            text: text)
    }
}

/// The entries of a list in the shape that finds them fastest, as a ``DenyListReader`` made them.
public struct IndexedEntries<Index: Sendable>: Sendable {
    /// The path as written in the settings.
    let file: String
    /// The lines that are entries.
    let lines: EntryLines
    /// The last day on which one of them can meet anybody; nil if one lasts.
    let lastDay: Day?
    /// Each entry leads to the number of the first line that has it and has not ended.
    public let index: Index

    init(file: String, _ lines: EntryLines, _ index: Index) {
        (self.file, self.lines, self.index) = (file, lines, index)
        lastDay = lines.lastDay
    }
}
