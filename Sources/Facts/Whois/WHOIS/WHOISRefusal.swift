import AuditCore

/// What a WHOIS server says in place of an answer.
enum WHOISRefusal: Equatable {
    /// It knows of no such network.
    case nothingFound
    /// It refuses, failed, or knows that another one knows.
    case failure(LookupError)

    /// Finds a refusal among the lines of the server's own; nobody can take his network out of the lists by a remark.
    init?(in answer: WHOISText, hasNetworks: Bool) {
        let text = Array(answer.remarks.joined(separator: "\n").lowercased().utf8)
        let phrases = hasNetworks ? Self.phrases.filter(\.countsBesideNetworks) : Self.phrases
        guard let phrase = phrases.first(where: { Self.contains($0.text, in: text) }) else { return nil }
        self =
            switch phrase.meaning {
            case .limit: .failure(LookupError(.rateLimited, detail: "WHOIS text"))
            case .outage: .failure(LookupError(.unreachable, detail: "WHOIS text"))
            case .absence: .nothingFound
            case .elsewhere: .failure(LookupError(.registeredElsewhere, detail: "WHOIS text"))
            }
    }

    /// What a server means.
    private enum Meaning {
        /// We ask too much, or are shut out: leave it alone.
        case limit
        /// It failed, though the question made sense.
        case outage
        /// There is none.
        case absence
        /// Others have it.
        case elsewhere
    }

    private struct Phrase {
        let meaning: Meaning
        /// In lower case.
        let text: String
        /// Whether it means so with a network in the answer, too: LACNIC then leaves parts of it out.
        var countsBesideNetworks = false
    }

    /// The words that servers use; of several the first of this table counts: limits, then outages, then the rest.
    ///
    /// | who | source |
    /// |---|---|
    /// | RIPE NCC, AFRINIC, APNIC (one software): `%ERROR:nnn` | RIPE Database documentation, "Query Error Messages"; the server's own list of messages |
    /// | LACNIC, registro.br: `% …` | parsers of their answers: SPFBL (registro.br, English and Portuguese), Nmap's `whois-ip` (LACNIC) |
    /// | ARIN, JPNIC, KRNIC, TWNIC: plain words | Nmap's `whois-ip`, the `whois` of Debian and its reports, old clients of national registries |
    private static let phrases: [Phrase] =
        [
            Phrase(meaning: .limit, text: "query rate limit exceeded", countsBesideNetworks: true),
            Phrase(meaning: .limit, text: "%error:201", countsBesideNetworks: true),
            Phrase(meaning: .limit, text: "%error:202", countsBesideNetworks: true),
        ]
        + table(
            .limit,
            // 203: "you are not allowed to act as a proxy"; 306: "connections exceeded"
            "%error:203", "%error:204", "%error:306", "connections exceeded", "limit exceeded", "limit reached",
            "rate exceeded", "quota exceeded", "has exceeded", "have exceeded", "maximum concurrent", "too many ",
            "rate limit", "query limit", "quota reached", "been banned", "excessive quer", "excessive use",
            "access denied", "permission denied", "permissão negada",
            "access control limit", "temporarily denied", "temporary denied", "permanently denied", "has been denied",
            "temporarily blocked", "has been blocked", "is blocked", "blacklisted", "access from your host has been")
        + table(
            .outage,
            // 300 and more are trouble of the connection, or of a server that was asked on our behalf.
            "%error:100", "%error:301", "%error:302", "%error:303", "%error:304", "%error:305", "error 501",
            "internal error", "internal software error", "internal server error", "unable to query",
            "unable to service", "unable to process", "unable to connect", "temporarily unavailable",
            "temporary unavailable", "service unavailable", "currently unavailable", "not available at th",
            "try again later", "try later", "under maintenance", "maintenance in progress", "temporary failure",
            "is unavailable",
            "unable to contact", "too busy", "server busy", "overload", "connection refused", "connection reset",
            "error occured", "error occurred", "high volume", "timed out",
            "timeout")
        + table(
            .absence,
            "%error:101", "no entries found", "no match found", "no match for", "no match!!", "no matching record",
            "no found", "not found", "no data found", "no object found", "no such ", "no records", "no objects found",
            "nothing found",
            "unallocated resource", "unallocated and unassigned", "is unallocated", "not been allocated",
            "has not been assigned", "not assigned", "reserved:")
        + table(
            .elsewhere,
            "not managed by ", "not allocated to ", "not fully allocated to ", "not registered in the ",
            "not in database", "allocated by another ")

    private static func table(_ meaning: Meaning, _ texts: String...) -> [Phrase] {
        texts.map { Phrase(meaning: meaning, text: $0) }
    }

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
