extension DenyListKind {
    /// Countries of prefixes.
    public static let asCountry = DenyListKind(ASCountry.self)
}

/// Countries, compared with the one in which the prefix is registered.
final class ASCountry: CountryDenyList {
    static let name = "as_cc"
    static let label = "as_cc"
    static let facts = [FactKind.origin]

    let entries: IndexedEntries<LiteralIndex<CountryCode>>

    init(reading reader: inout DenyListReader) { entries = reader.countries() }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        denial(country: facts.origin.value?.country, at: attempt.time)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.origin.trouble, nil) }
}
