extension DenyListKind {
    /// Patterns for AS names and organisations.
    public static let asNames = DenyListKind(ASNames.self)
}

/// Patterns for the AS's name, and for what MaxMind calls its organisation.
final class ASNames: PatternDenyList {
    static let name = "as_names"
    static let label = "as_desc"
    static let facts = [FactKind.origin, .geo]
    static let geoDetails = GeoDetails.asNames

    let entries: IndexedEntries<PatternIndex>

    init(reading reader: inout DenyListReader) { entries = reader.patterns(note: ListAdvice.pattern) }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard
            let line = facts.origin.value?.asName.flatMap({ entries.index.firstLine(in: $0, at: attempt.time) })
                ?? facts.geo.value?.asOrganization.flatMap({ entries.index.firstLine(in: $0, at: attempt.time) })
        else { return nil }
        return denial(of: facts.organization ?? "this AS", line: line)
    }

    /// MaxMind's organisation, having other words, does not stand for a name that could not be had.
    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) {
        facts.missedSystems(facts.origin.trouble ?? facts.origin.value?.asNameTrouble)
    }
}
