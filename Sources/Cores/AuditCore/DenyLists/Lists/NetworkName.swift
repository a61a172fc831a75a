extension DenyListKind {
    /// Patterns for the net name.
    public static let networkName = DenyListKind(NetworkName.self)
}

/// Patterns for the network's name in its registry.
final class NetworkName: PatternDenyList {
    static let name = "network_name"
    static let label = "net_name"
    static let facts = [FactKind.network]

    let entries: IndexedEntries<PatternIndex>

    init(reading reader: inout DenyListReader) { entries = reader.patterns(note: ListAdvice.pattern) }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard let name = facts.network.value?.name, let line = entries.index.firstLine(in: name, at: attempt.time)
        else { return nil }
        return denial(of: "network \(name)", line: line)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.network.trouble, nil) }
}
