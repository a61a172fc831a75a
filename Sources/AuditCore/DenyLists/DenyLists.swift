/// The deny lists in force: immutable, shared by all logins, swapped whole on reload.
public struct DenyLists: Sendable {
    var ipNetworks: DenyList<PrefixTable>?
    var reverseHostname: DenyList<any PatternSet>?
    var networkName: DenyList<any PatternSet>?
    var networkCountry: DenyList<[CountryCode: UInt32]>?
    /// Handles in lower case.
    var entities: DenyList<[String: UInt32]>?
    var asNumbers: DenyList<[UInt32: UInt32]>?
    var asNames: DenyList<any PatternSet>?
    var asCountry: DenyList<[CountryCode: UInt32]>?
    var geoLocationIDs: DenyList<[UInt32: UInt32]>?
    var coordinates: DenyList<CircleIndex>?
    /// The kinds of facts that a list with entries asks for.
    public private(set) var requiredFacts: Set<FactKind> = []

    /// No lists at all.
    public init() {}

    /// How many entries each configured list has; lists that are not configured are missing.
    public var entryCounts: [DenyListKind: Int] {
        var counts: [DenyListKind: Int] = [:]
        for kind in DenyListKind.allCases { counts[kind] = entryCount(of: kind) }
        return counts
    }

    /// How many entries a list has; nil if it is not configured.
    public func entryCount(of kind: DenyListKind) -> Int? {
        switch kind {
        case .ipNetworks: ipNetworks?.count
        case .reverseHostname: reverseHostname?.count
        case .networkName: networkName?.count
        case .networkCountry: networkCountry?.count
        case .entities: entities?.count
        case .asNumbers: asNumbers?.count
        case .asNames: asNames?.count
        case .asCountry: asCountry?.count
        case .geoLocationIDs: geoLocationIDs?.count
        case .coordinates: coordinates?.count
        }
    }

    /// Works out ``requiredFacts``; a list without entries asks for nothing.
    mutating func noteRequiredFacts() {
        requiredFacts = []
        for kind in DenyListKind.allCases where (entryCount(of: kind) ?? 0) > 0 {
            requiredFacts.formUnion(kind.facts)
        }
    }
}

extension DenyListKind {
    /// The facts the list's entries are compared with.
    public var facts: [FactKind] {
        switch self {
        case .ipNetworks: []
        case .reverseHostname: [.reverseHost]
        case .networkName, .networkCountry, .entities: [.network]
        case .asNumbers, .asNames: [.origin, .geo]
        case .asCountry: [.origin]
        case .geoLocationIDs, .coordinates: [.geo]
        }
    }
}
