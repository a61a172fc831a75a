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
    /// How many entries it has; repeated ones count.
    var count: Int { get }

    /// The denial that the first entry that applies stands for; nil if none does.
    ///
    /// - Complexity: Does not grow with the number of entries; allocates only for a hit and to fold entities' case.
    func denial(_ facts: Facts) -> Denial?

    /// Why facts that entries are compared with could not be had, of each of their sources; nil for none that is missed.
    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?)

    /// How the list comes out.
    func finding(_ facts: Facts) -> ListFinding

    /// Which lines of a file others make useless.
    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps

    /// What is equal in lines of equal entries; for lists that know no better way to compare.
    static func comparable(_ line: ListLine) -> String
}

extension DenyList {
    static var geoDetails: GeoDetails { [] }

    func finding(_ facts: Facts) -> ListFinding {
        guard count > 0 else { return .pass }
        if let denial = denial(facts) { return .hit(denial) }
        let (first, second) = Self.troubles(facts)
        return first == nil && second == nil ? .pass : .unknown
    }

    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        var texts: [(text: String, line: Int)] = []
        reader.eachLine { texts.append((comparable($0), $0.number)) }
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
            list: DenyListKind(Self.self), matched: matched, rule: RuleReference(file: file, line: Int(line)), text: text)
    }
}

/// The entries of a list in the shape that finds them fastest.
struct IndexedEntries<Index: Sendable>: Sendable {
    /// The path as written in the settings.
    var file: String
    /// How many there are; repeated ones count.
    var count: Int
    /// Each leads to the number of the first line that has it.
    var index: Index
}

/// A list whose entries are found by an index.
protocol IndexedDenyList: DenyList {
    associatedtype Index: Sendable
    var entries: IndexedEntries<Index> { get }
}

extension IndexedDenyList {
    var file: String { entries.file }
    var count: Int { entries.count }
}
