import AuditCore

/// Finds the registry that an answer sends us to: only ever one of the five, whose servers are known, and never a host of
/// the answer's choice.
enum Referral {
    /// The registry of the first address that leads to one: `whois://whois.ripe.net`, `https://rdap.apnic.net/ip/…`,
    /// `whois.lacnic.net`.
    ///
    /// - Parameter asked: The registry that answered.
    /// - Returns: nil if all lead elsewhere, or to who was asked. Referral Whois (RFC 2167) is not spoken.
    static func registry(of addresses: some Sequence<String>, besides asked: Registry?) -> Registry? {
        addresses.lazy.compactMap(registry).first { $0 != asked }
    }

    /// The only registry, but for the one that was asked, that some texts name: `Transferred to the RIPE region`.
    ///
    /// - Returns: nil if there is none, or more than one: placeholders of some registries list all the others.
    static func registry(named texts: some Sequence<String>, besides asked: Registry?) -> Registry? {
        var named: Set<Registry> = []
        for text in texts {
            for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
                guard let registry = Registry(word: word), registry != asked else { continue }
                named.insert(registry)
            }
        }
        return named.count == 1 ? named.first : nil
    }

    /// The registry that IANA gave an address to, if it is not the one that was asked.
    static func registry(holding address: IPAddress, besides asked: Registry?) -> Registry? {
        let holder = Bootstrap.shipped.baseURLs(for: address).lazy.compactMap { Registry(baseURL: $0) }.first
        return holder == asked ? nil : holder
    }

    private static func registry(of address: String) -> Registry? {
        var rest = ForeignText.trim(address)
        if let colon = rest.firstIndex(of: ":"), rest[colon...].hasPrefix("://") {
            guard rest[..<colon].lowercased() != "rwhois" else { return nil }
            rest = rest[colon...].dropFirst(3)
        }
        let authority = rest.prefix { !"/?# ".contains($0) }
        guard !authority.contains("@") else { return nil }
        let host = authority.prefix { $0 != ":" }
        return Registry(host: host.hasSuffix(".") ? host.dropLast() : host)
    }
}

extension Registry {
    /// The registry that a word of a text stands for: `RIPE`, `AfriNIC`.
    fileprivate init?(word: Substring) {
        switch word {
        case "arin": self = .arin
        case "ripe", "ripencc": self = .ripencc
        case "apnic": self = .apnic
        case "lacnic": self = .lacnic
        case "afrinic": self = .afrinic
        default: return nil
        }
    }
}
