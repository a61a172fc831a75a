/// A kind of deny list: what can be said of it without a file.
///
/// `Lists/` has a file for each, with everything about it.
public struct DenyListKind: Sendable, Hashable, RawRepresentable, CaseIterable, CustomStringConvertible {
    /// Where all of it is written down.
    let list: any DenyList.Type

    /// The kind that a type stands for, whether the table has it or it is a program's own.
    public init(_ list: any DenyList.Type) { self.list = list }

    /// The deny lists, in the order in which they are tried: the one table of them.
    public static let allCases: [DenyListKind] = [
        .ipNetworks,
        .reverseHostname,
        .networkName,
        .networkCountry,
        .entities,
        .asNumbers,
        .asNames,
        .asCountry,
        .geoLocationIDs,
        .coordinates,
    ]

    /// Finds a list of the table by its key in `[audit.lists]`: `network_cc`.
    public init?(rawValue: String) {
        guard let kind = Self.all(for: .allow).first(where: { $0.rawValue == rawValue }) else { return nil }
        self = kind
    }

    /// Finds a list by what records say of its hits: `net_cc`, `entity:ORG-LL72-RIPE`.
    package init?(matched: String) {
        let kind = Self.all(for: .allow).first { matched == $0.label || matched.hasPrefix($0.label + ":") }
        guard let kind else { return nil }
        self = kind
    }

    /// Its key in `[audit.lists]`, by which answers and metrics name it too: `network_cc`.
    public var rawValue: String { list.name }

    /// ``rawValue``.
    public var description: String { rawValue }

    /// How `AUDIT_MATCHED` of a hit begins: `net_cc`, `entity`.
    package var label: String { list.label }

    /// The facts the list's entries are compared with.
    package var facts: [FactKind] { list.facts }

    /// Whether a fact could not be had that its entries are compared with.
    package func misses(_ facts: Facts) -> Bool {
        let (first, second) = list.troubles(facts)
        return first != nil || second != nil
    }

    /// Whether they are the same kind.
    public static func == (one: DenyListKind, other: DenyListKind) -> Bool { one.list == other.list }

    /// Feeds the hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(list)) }
}
