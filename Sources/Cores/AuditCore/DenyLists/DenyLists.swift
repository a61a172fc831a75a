/// The deny lists in force: immutable, shared by all logins, swapped whole on reload.
public struct DenyLists: Sendable {
    /// A place in the order, with its list if there is one.
    ///
    /// What each login asks of a list before its entries is kept beside it: a list is of any type, and to be asked through its
    /// protocol for what lies in it costs more than the entries do.
    struct Place: Sendable {
        let kind: DenyListKind
        let list: (any DenyList)?
        /// Whether it has entries, also such as have ended.
        let hasEntries: Bool
        /// The last day on which an entry can meet anybody; nil if one lasts.
        private let lastDay: Day?

        init(_ kind: DenyListKind, _ list: (any DenyList)? = nil) {
            (self.kind, self.list) = (kind, list)
            (hasEntries, lastDay) = ((list?.count ?? 0) > 0, list?.lastDay)
        }

        /// Whether an entry can meet anybody.
        func isInForce(at time: Timestamp) -> Bool {
            // The last day of a list without entries is nobody's business.
            lastDay.map { !$0.isOver(at: time) } ?? hasEntries
        }

        /// How the list comes out.
        func finding(_ attempt: LoginAttempt, _ facts: Facts) -> ListFinding {
            guard let list else { return .off }
            guard isInForce(at: attempt.time) else { return .pass }
            if let denial = list.denial(attempt, facts) { return .hit(denial) }
            return kind.misses(facts) ? .unknown : .pass
        }
    }

    /// What the lists do.
    package let effect: ListEffect
    /// All kinds in their order, and behind them those that a program has of its own.
    private(set) var places: [Place]
    /// The kinds of facts that a list with entries asks for.
    package private(set) var requiredFacts: Set<FactKind> = []
    /// When all entries of a list have ended for the first time; nil if each list has one that lasts.
    private var firstToEnd: Day?

    /// No lists at all.
    public init(_ effect: ListEffect = .deny) {
        self.effect = effect
        places = DenyListKind.all(for: effect).map { Place($0) }
    }

    /// Whether no list is configured.
    package private(set) var isEmpty = true

    /// How many entries each configured list has; lists that are not configured are missing.
    package var entryCounts: [DenyListKind: Int] {
        var counts: [DenyListKind: Int] = [:]
        for place in places { counts[place.kind] = place.list?.count }
        return counts
    }

    /// How many entries a list has; nil if it is not configured.
    package func entryCount(of kind: DenyListKind) -> Int? { places.first { $0.kind == kind }?.list?.count }

    /// The lines of a list that have entries, in order, each once.
    func entryLines(of kind: DenyListKind) -> [Int] {
        var lines: [Int] = []
        for number in places.first(where: { $0.kind == kind })?.list?.lines.numbers.sorted() ?? []
        where lines.last != Int(number) {
            lines.append(Int(number))
        }
        return lines
    }

    /// Takes a list into its place; one without entries asks for no facts.
    mutating func take(_ list: any DenyList, as kind: DenyListKind) {
        if let index = places.firstIndex(where: { $0.kind == kind }) {
            places[index] = Place(kind, list)
        } else {
            places.append(Place(kind, list))
        }
        isEmpty = false
        requiredFacts = Set(places.filter(\.hasEntries).flatMap(\.kind.facts))
        if let lastDay = list.lastDay { firstToEnd = min(firstToEnd ?? lastDay, lastDay) }
    }

    /// The kinds of facts that lists ask for which have entries that have not ended.
    ///
    /// - Complexity: Nothing, unless all entries of a list have ended.
    func requiredFacts(at time: Timestamp) -> Set<FactKind> {
        guard let firstToEnd, firstToEnd.isOver(at: time) else { return requiredFacts }
        return Set(places.filter { $0.isInForce(at: time) }.flatMap(\.kind.facts))
    }

    /// Whether a list that asks for no facts meets the login.
    func meetsWithoutFacts(_ attempt: LoginAttempt, _ facts: Facts) -> Bool {
        places.contains { $0.list != nil && $0.kind.facts.isEmpty && $0.finding(attempt, facts).denial != nil }
    }

    /// How the first list comes out that has an entry that applies; else whether one is in doubt.
    ///
    /// - Complexity: Nothing if there are no lists.
    func finding(_ attempt: LoginAttempt, _ facts: Facts) -> ListFinding {
        guard !isEmpty else { return .off }
        var finding = ListFinding.pass
        for place in places {
            switch place.finding(attempt, facts) {
            case .hit(let denial): return .hit(denial)
            case .unknown: finding = .unknown
            case .off, .pass: break
            }
        }
        return finding
    }

    /// How each list comes out.
    func outcomes(_ attempt: LoginAttempt, _ facts: Facts) -> [RuleOutcome] {
        places.map { place in
            let finding = place.finding(attempt, facts)
            return RuleOutcome(
                list: place.kind, effect: effect, outcome: finding.outcome, rule: finding.denial?.rule)
        }
    }

    /// How each list comes out that nobody needs to ask.
    var untriedOutcomes: [RuleOutcome] {
        places.map { RuleOutcome(list: $0.kind, effect: effect, outcome: $0.list == nil ? .off : .pass) }
    }

    /// The lines that end, in the order of the lists and of their lines.
    package var endings: [ListEnding] {
        places.compactMap(\.list).flatMap { list in
            list.lines.endings.map {
                ListEnding(rule: RuleReference(file: list.file, line: $0.line), lastDay: $0.lastDay)
            }
        }
    }
}
