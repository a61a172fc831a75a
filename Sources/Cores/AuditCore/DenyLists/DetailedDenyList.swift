/// A list that knows more of its entries than that those are equal whose text is.
protocol DetailedDenyList: DenyList {
    /// What entries are compared with in MaxMind's databases.
    static var geoDetails: GeoDetails { get }

    /// Which lines of a file others make useless.
    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps

    /// An entry as a text that is equal for equal entries.
    static func comparable(_ line: ListLine) -> String

    /// Whether other entries, as ``comparable(_:)`` has them, meet others.
    static func coverage(from old: [String], to new: [String]) -> ListDifference.Coverage
}

extension DetailedDenyList {
    static var geoDetails: GeoDetails { [] }

    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        ListOverlaps(in: &reader, comparing: comparable)
    }

    static func comparable(_ line: ListLine) -> String { line.comparable }

    static func coverage(from old: [String], to new: [String]) -> ListDifference.Coverage {
        ListDifference.Coverage(from: old, to: new)
    }
}

extension DenyListKind {
    private var details: (any DetailedDenyList.Type)? { list as? any DetailedDenyList.Type }

    /// What the list compares of a MaxMind database's records; nothing if it does not look at them.
    package var geoDetails: GeoDetails { details?.geoDetails ?? [] }

    /// Which lines of a file others make useless.
    func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        details?.overlaps(in: &reader) ?? ListOverlaps(in: &reader) { $0.comparable }
    }

    /// An entry as a text that is equal for equal entries.
    func comparable(_ line: ListLine) -> String { details?.comparable(line) ?? line.comparable }

    /// Whether other entries, as ``comparable(_:)`` has them, meet others.
    func coverage(from old: [String], to new: [String]) -> ListDifference.Coverage {
        details?.coverage(from: old, to: new) ?? ListDifference.Coverage(from: old, to: new)
    }
}

extension ListLine {
    /// The entry in upper case.
    fileprivate var comparable: String { String(decoding: entryBeforeComma, as: UTF8.self).uppercased() }
}

extension ListOverlaps {
    /// Lines that say the same.
    fileprivate init(in reader: inout DenyListReader, comparing comparable: (ListLine) -> String) {
        var texts: [(text: String, line: Line)] = []
        reader.eachLine { texts.append((comparable($0), Line($0))) }
        self.init(of: texts)
    }
}

extension ListDifference.Coverage {
    /// Of entries that are the same only if their texts are.
    fileprivate init(from old: [String], to new: [String]) {
        self = Set(old) == Set(new) ? .same : .differs(more: nil, less: nil)
    }
}
