extension DenyListKind {
    /// Countries of networks.
    public static let networkCountry = DenyListKind(NetworkCountry.self)
}

/// Countries, compared with that of the network in its registry.
final class NetworkCountry: CountryDenyList {
    static let name = "network_cc"
    static let label = "net_cc"
    static let facts = [FactKind.network]

    let entries: IndexedEntries<LiteralIndex<CountryCode>>

    init(reading reader: inout DenyListReader) { entries = reader.countries() }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        denial(country: facts.network.value?.country, at: attempt.time)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.network.trouble, nil) }
}
