internal import AuditCore

/// Chooses lines: greedily the one that meets most of what is not met yet, of equal ones the most specific.
///
/// What a line would gain is counted down as places are met, and lines wait in rows by their gain: so the search is linear in the
/// places and what they have in common, and sorting, however many lines it takes.
struct LineSearch {
    private let suggester: Suggester
    /// By the trait's number: the numbers of the places that have it.
    private let places: [[Int]]
    /// By the trait's number: its line, made once.
    private let texts: [String]
    /// By the trait's number.
    private let ranks: [Int]
    /// By the trait's number: how many of the places that have it are not met yet.
    private var gains: [Int]
    private var isMet: [Bool]
    private var chosen: [Int] = []
    private var alsoMet: Set<UInt32> = []

    init(_ suggester: Suggester) {
        self.suggester = suggester
        var places = [[Int]](repeating: [], count: suggester.traits.count)
        for (index, source) in suggester.sources.enumerated() {
            for trait in source.traits { places[trait].append(index) }
        }
        self.places = places
        texts = suggester.traits.map { $0.line(suggester.configuration.matching) }
        ranks = suggester.traits.map(\.rank)
        gains = places.map(\.count)
        isMet = suggester.sources.map { _ in false }
        choose(among: places.indices.filter { isOffered($0) && suggester.hits[$0].isEmpty })
        let collateral = suggester.configuration.collateral
        if collateral > 0 {
            choose(among: places.indices.filter { isOffered($0) && suggester.hits[$0].count <= collateral })
        }
        dropUseless()
    }

    private func isOffered(_ trait: Int) -> Bool { !suggester.blindness.isWithheld(suggester.traits[trait].list) }

    private mutating func choose(among candidates: [Int]) {
        let room = suggester.configuration.collateral
        var waiting = [[Int]](repeating: [], count: (candidates.map { gains[$0] }.max() ?? 0) + 1)
        for trait in candidates { waiting[gains[trait]].append(trait) }
        for gain in waiting.indices.dropFirst().reversed() {
            // Gains only fall: none comes to this row any more.
            for trait in waiting[gain].sorted(by: { isBetter($0, $1) }) {
                guard gains[trait] == gain else {
                    waiting[gains[trait]].append(trait)
                    continue
                }
                if !suggester.hits[trait].isSubset(of: alsoMet) {
                    guard alsoMet.union(suggester.hits[trait]).count <= room else { continue }
                    alsoMet.formUnion(suggester.hits[trait])
                }
                take(trait)
            }
            waiting[gain] = []
        }
    }

    private mutating func take(_ trait: Int) {
        chosen.append(trait)
        for place in places[trait] where !isMet[place] {
            isMet[place] = true
            for other in suggester.sources[place].traits { gains[other] -= 1 }
        }
    }

    /// Whether of two lines that gain the same this one is to be taken.
    private func isBetter(_ one: Int, _ other: Int) -> Bool {
        let (oneHits, otherHits) = (suggester.hits[one].count, suggester.hits[other].count)
        if oneHits != otherHits { return oneHits < otherHits }
        return ranks[one] != ranks[other] ? ranks[one] < ranks[other] : texts[one] < texts[other]
    }

    /// Lets go of lines that others make useless, the earliest first: they were chosen for what later ones meet as well.
    private mutating func dropUseless() {
        var counts = suggester.sources.map { _ in 0 }
        for trait in chosen { for place in places[trait] { counts[place] += 1 } }
        chosen = chosen.filter { trait in
            guard places[trait].allSatisfy({ counts[$0] > 1 }) else { return true }
            for place in places[trait] { counts[place] -= 1 }
            return false
        }
    }

    /// What was found.
    var suggestions: Suggestions {
        let kinds = DenyListKind.allCases
        let lines = chosen.map { trait in
            let sources = places[trait].map { suggester.sources[$0] }
            return Suggestions.Line(
                list: suggester.traits[trait].list, text: texts[trait], logins: sources.reduce(0) { $0 + $1.logins },
                accounts: Self.names(sources), alsoMeets: names(suggester.hits[trait]),
                unknown: suggester.blindness.users(of: suggester.traits[trait].list).subtracting(suggester.hits[trait])
                    .count,
                firstSeen: sources.map(\.first).min() ?? Timestamp(milliseconds: 0))
        }
        .sorted { (kinds.firstIndex(of: $0.list) ?? 0, $0.text) < (kinds.firstIndex(of: $1.list) ?? 0, $1.text) }
        let remaining = suggester.sources.enumerated().filter { !isMet[$0.offset] }.map { inseparable($0.element) }
        return Suggestions(
            lines: lines, inseparable: remaining, logins: suggester.sources.reduce(0) { $0 + $1.logins },
            users: suggester.names.count, notes: suggester.notes + suggester.blindness.notes(of: suggester.traits))
    }

    /// A place that no line meets alone, with the line that would meet the fewest others.
    private func inseparable(_ source: Suggester.Source) -> Suggestions.Inseparable {
        let best = source.traits.filter(isOffered).min { one, other in
            let (oneHits, otherHits) = (suggester.hits[one].count, suggester.hits[other].count)
            return oneHits != otherHits
                ? oneHits < otherHits : ranks[one] < ranks[other]
        }
        return Suggestions.Inseparable(
            address: source.address, logins: source.logins, accounts: Self.names([source]), isPrivate: source.isPrivate,
            nearest: best.map { (suggester.traits[$0].list, texts[$0], names(suggester.hits[$0])) })
    }

    private static func names(_ sources: [Suggester.Source]) -> [String] {
        sources.reduce(into: Set<String>()) { $0.formUnion($1.users) }.sorted()
    }

    private func names(_ users: Set<UInt32>) -> [String] { users.map { suggester.names[Int($0)] }.sorted() }
}
