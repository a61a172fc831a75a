/// The deny lists in force: immutable, shared by all logins, swapped whole on reload.
public struct DenyLists: Sendable {
    /// A place in the order, with its list if there is one.
    struct Place: Sendable {
        let kind: DenyListKind
        var list: (any DenyList)?

        /// Asks the list about the facts.
        func finding(_ facts: Facts) -> ListFinding { list?.finding(facts) ?? .off }
    }

    /// All kinds in their order.
    private(set) var places: [Place] = DenyListKind.allCases.map { Place(kind: $0) }
    /// The kinds of facts that a list with entries asks for.
    public private(set) var requiredFacts: Set<FactKind> = []

    /// No lists at all.
    public init() {}

    /// How many entries each configured list has; lists that are not configured are missing.
    public var entryCounts: [DenyListKind: Int] {
        var counts: [DenyListKind: Int] = [:]
        for place in places { counts[place.kind] = place.list?.count }
        return counts
    }

    /// How many entries a list has; nil if it is not configured.
    public func entryCount(of kind: DenyListKind) -> Int? { places.first { $0.kind == kind }?.list?.count }

    /// Takes a list into its place; one without entries asks for no facts.
    mutating func take(_ list: any DenyList, as kind: DenyListKind) {
        guard let index = places.firstIndex(where: { $0.kind == kind }) else { return }
        places[index].list = list
        requiredFacts = Set(places.filter { ($0.list?.count ?? 0) > 0 }.flatMap(\.kind.facts))
    }

    /// Whether a list that asks for no facts denies.
    func deniesByAddress(_ facts: Facts) -> Bool {
        places.contains { $0.list != nil && $0.kind.facts.isEmpty && $0.finding(facts).denial != nil }
    }
}
