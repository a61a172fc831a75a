import AuditCore

/// What a WHOIS server says in place of an answer.
enum WHOISRefusal: Equatable {
    /// It knows of no such network.
    case nothingFound
    /// It refuses, or failed.
    case failure(LookupError)

    /// Finds a refusal among the lines of the server's own; nobody can take his network out of the lists by a remark.
    init?(in answer: WHOISText, hasNetworks: Bool) {
        let text = Array(answer.remarks.joined(separator: "\n").lowercased().utf8)
        func contain(_ phrases: [String]) -> Bool { phrases.contains { Self.contains($0, in: text) } }
        if contain(Self.rateLimits) || !hasNetworks && contain(Self.denials) {
            self = .failure(LookupError(.rateLimited, detail: "WHOIS text"))
        } else if hasNetworks {
            return nil
        } else if contain(Self.failures) {
            self = .failure(LookupError(.unreachable, detail: "WHOIS text"))
        } else if contain(Self.nothing) {
            self = .nothingFound
        } else {
            return nil
        }
    }

    /// The same with a network in the answer: LACNIC then leaves parts of it out.
    private static let rateLimits = ["query rate limit exceeded", "%error:201", "%error:202"]
    private static let denials = [
        "limit exceeded", "access denied", "access control limit", "excessive quer", "too many ", "quota exceeded",
        "temporarily denied", "permanently denied", "temporarily blocked",
    ]
    private static let failures = ["error 501", "%error:100", "internal error", "temporarily unavailable"]
    private static let nothing = [
        "%error:101", "no entries found", "no match found for", "no match for", "unallocated resource",
    ]

    /// The same as `String.contains`, which takes a microsecond for each dozen characters.
    private static func contains(_ phrase: String, in text: [UInt8]) -> Bool {
        guard let first = phrase.utf8.first else { return true }
        var rest = text[...]
        while let index = rest.firstIndex(of: first) {
            rest = rest[index...]
            if rest.starts(with: phrase.utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
