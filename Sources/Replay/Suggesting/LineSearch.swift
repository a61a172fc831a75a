internal import AuditCore

/// Chooses lines: greedily the one that meets most of what is not met yet, of equal ones the most specific.
struct LineSearch {
    private let suggester: Suggester
    /// By the trait's number: the numbers of the places that have it.
    private let places: [[Int]]
    private var isMet: [Bool]
    private var chosen: [Int] = []
    private var alsoMet: Set<UInt32> = []

    init(_ suggester: Suggester) {
        self.suggester = suggester
        var places = [[Int]](repeating: [], count: suggester.traits.count)
        for (index, source) in suggester.sources.enumerated() {
            for trait in source.traits where places[trait].last != index { places[trait].append(index) }
        }
        self.places = places
        isMet = suggester.sources.map { _ in false }
        choose(among: places.indices.filter { suggester.hits[$0].isEmpty })
        if suggester.configuration.collateral > 0 {
            choose(among: places.indices.filter { suggester.hits[$0].count <= suggester.configuration.collateral })
        }
        dropUseless()
    }

    private mutating func choose(among candidates: [Int]) {
        var candidates = candidates
        while true {
            let room = suggester.configuration.collateral
            var gains: [(trait: Int, gain: Int)] = []
            for trait in candidates {
                let gain = places[trait].count { !isMet[$0] }
                guard gain > 0, alsoMet.union(suggester.hits[trait]).count <= room else { continue }
                gains.append((trait, gain))
            }
            candidates = gains.map(\.trait)
            guard let best = gains.min(by: { isBetter($0, $1) }) else { return }
            chosen.append(best.trait)
            alsoMet.formUnion(suggester.hits[best.trait])
            for place in places[best.trait] { isMet[place] = true }
        }
    }

    private func isBetter(_ one: (trait: Int, gain: Int), _ other: (trait: Int, gain: Int)) -> Bool {
        if one.gain != other.gain { return one.gain > other.gain }
        let (oneHits, otherHits) = (suggester.hits[one.trait].count, suggester.hits[other.trait].count)
        if oneHits != otherHits { return oneHits < otherHits }
        let (oneRank, otherRank) = (suggester.traits[one.trait].rank, suggester.traits[other.trait].rank)
        return oneRank != otherRank ? oneRank < otherRank : line(one.trait) < line(other.trait)
    }

    /// Lets go of lines that others make useless, the earliest first: they were chosen for what later ones meet as well.
    private mutating func dropUseless() {
        var counts = suggester.sources.map { _ in 0 }
        for trait in chosen { for place in places[trait] { counts[place] += 1 } }
        for trait in chosen where places[trait].allSatisfy({ counts[$0] > 1 }) {
            for place in places[trait] { counts[place] -= 1 }
            chosen.removeAll { $0 == trait }
        }
    }

    private func line(_ trait: Int) -> String { suggester.traits[trait].line(suggester.configuration.matching) }

    /// What was found.
    var suggestions: Suggestions {
        let kinds = DenyListKind.allCases
        let lines = chosen.map { trait in
            let sources = places[trait].map { suggester.sources[$0] }
            return Suggestions.Line(
                list: suggester.traits[trait].list, text: line(trait), logins: sources.reduce(0) { $0 + $1.logins },
                accounts: Self.names(sources), alsoMeets: names(suggester.hits[trait]),
                firstSeen: sources.map(\.first).min() ?? Timestamp(milliseconds: 0))
        }
        .sorted { (kinds.firstIndex(of: $0.list) ?? 0, $0.text) < (kinds.firstIndex(of: $1.list) ?? 0, $1.text) }
        let remaining = suggester.sources.enumerated().filter { !isMet[$0.offset] }.map { inseparable($0.element) }
        return Suggestions(
            lines: lines, inseparable: remaining, logins: suggester.sources.reduce(0) { $0 + $1.logins },
            users: suggester.names.count, notes: suggester.notes)
    }

    /// A place that no line meets alone, with the line that would meet the fewest others.
    private func inseparable(_ source: Suggester.Source) -> Suggestions.Inseparable {
        let best = source.traits.min { one, other in
            let (oneHits, otherHits) = (suggester.hits[one].count, suggester.hits[other].count)
            return oneHits != otherHits
                ? oneHits < otherHits : suggester.traits[one].rank < suggester.traits[other].rank
        }
        return Suggestions.Inseparable(
            address: source.address, logins: source.logins, accounts: Self.names([source]), isPrivate: source.isPrivate,
            nearest: best.map { (suggester.traits[$0].list, line($0), names(suggester.hits[$0])) })
    }

    private static func names(_ sources: [Suggester.Source]) -> [String] {
        sources.reduce(into: Set<String>()) { $0.formUnion($1.users) }.sorted()
    }

    private func names(_ users: Set<UInt32>) -> [String] { users.map { suggester.names[Int($0)] }.sorted() }
}
