extension DenyListKind {
    /// Patterns for the PTR name.
    public static let reverseHostname = DenyListKind(ReverseHostname.self)
}

/// Patterns for the PTR name; `<>` stands for none, where that is known.
final class ReverseHostname: PatternDenyList {
    static let name = "reverse_hostname"
    static let label = "rev_host"
    static let facts = [FactKind.reverseHost]

    let entries: IndexedEntries<PatternIndex>

    init(reading reader: inout DenyListReader) { entries = reader.patterns(note: Self.advice) }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard facts.reverseHost.trouble == nil else { return nil }
        let names = facts.reverseHost.value
        // The first line that any of the names meets; a name that is not shown elsewhere is told.
        var (line, place) = (entries.index.firstLine(in: names?.first ?? "<>", at: attempt.time), "this hostname")
        for name in names?.others ?? [] {
            guard let match = entries.index.firstLine(in: name, at: attempt.time), match < line ?? .max else {
                continue
            }
            (line, place) = (match, "the hostname \(name)")
        }
        return line.map { denial(of: place, line: $0) }
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.reverseHost.trouble, nil) }

    private static func advice(_ pattern: String) -> String? {
        if let advice = ListAdvice.pattern(pattern) { return advice }
        return ListAdvice.bareEnding(pattern).map { ending in
            "\"\(ending)\" meets any character before \"\(ending.dropFirst())\": a dot is written \\."
        }
    }
}
