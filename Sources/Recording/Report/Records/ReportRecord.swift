package import AuditCore

/// What a report takes from one audit or failure record, of this program or the old one.
///
/// Texts are as the record has them, so possibly hostile, but cut to ``textLimit`` characters.
package struct ReportRecord: Sendable, Equatable {
    /// How many characters (Unicode scalars) of a text are kept.
    package static let textLimit = 256

    /// When the login arrived; from the journal, when its record was written.
    package var time: Timestamp
    /// The name typed.
    package var user: String
    /// `imap`, `submission`, …
    package var service: String?
    /// Where it came from, as written; nil for a login over a local socket.
    package var address: String?
    /// Why the login failed (`wrong_password`, …); nil in audit records.
    package var event: String?
    /// What kind of alarm it is (`new_country`, …); nil if it is none.
    package var alarm: String?
    /// How many other failures were not written down before this one.
    package var suppressed = 0
    /// Whether a login with the right password was refused.
    package var isBlocked = false
    /// What was met: a list's label, `deleted`, `disallowed`; also if the policy only watches; `allow:` and a label if an
    /// exception let the login in.
    package var matched: String?
    /// The line that decided: `lists/net_cc.deny.lst:12`.
    package var rule: String?
    /// Whether the account is a honeypot.
    package var isHoneypot = false
    /// Whether no passdb knew the user, so that nobody was let in.
    package var isOfNobody = false
    /// The app password.
    package var passwordID: Int?
    /// Whose password it was, where one user logged in as another.
    package var masterUser: String?
    /// When the password ends; only where ``event`` is `ending`.
    package var ends: Timestamp?
    /// What ends it, by its column's name.
    package var limit: String?
    /// What its owner called it.
    package var comment: String?
    /// The PTR name; nil if none is known.
    package var host: String?
    /// `AS47764`.
    package var asNumber: String?
    /// Whether the address is of a network of the house, or reserved.
    package var isReserved = false
    /// Whether somebody was asked about the address and could not tell.
    package var isUnanswered = false
    /// Where the prefix is registered.
    package var asCountry: String?
    /// The AS's name in the registry.
    package var asName: String?
    /// MaxMind's name of the AS's organisation.
    package var asOrganization: String?
    /// The network's name in the registry.
    package var netName: String?
    /// The network's country in the registry.
    package var netCountry: String?
    /// MaxMind's country.
    package var country: Country?
    /// MaxMind's city.
    package var city: String?
    /// MaxMind's place on the map.
    package var location: Location?

    /// A country as MaxMind names it.
    package struct Country: Sendable, Hashable {
        /// Two letters.
        package var code: String
        /// In English.
        package var name: String?
    }

    /// A point on the map, in degrees: north and east are positive, and both are on the globe.
    package struct Location: Sendable, Hashable {
        /// -90 to 90.
        package var latitude: Double
        /// -180 to 180.
        package var longitude: Double
    }

    /// Makes a record with nothing but a time and a user.
    package init(time: Timestamp, user: String) {
        self.time = time
        self.user = Self.cut(user)
    }

    /// The country's code to count the login under: MaxMind's, else the network's, else that of the prefix; nil if
    /// none is known or the address is reserved (`ZZ`).
    var countryCode: String? {
        for code in [country?.code, netCountry, asCountry] {
            if let code, code.utf8.count == 2, code != "ZZ" { return code.uppercased() }
        }
        return nil
    }

    /// Whether the login came from this machine, the house, or another network that is nowhere on the globe.
    var isLocal: Bool {
        guard let address else { return true }
        // Nobody asks about what is local, so nobody can have failed to answer.
        guard !isUnanswered else { return false }
        if isReserved { return true }
        guard let address = IPAddress(address), address.isPrivate else { return false }
        // Addresses of documentation stand for any others, where the record does not say that they are reserved.
        return !Self.documentation.contains { $0.contains(address) }
    }

    /// Networks for examples (RFC 5737, RFC 3849, RFC 9637).
    private static let documentation = [
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20",
    ].compactMap(IPPrefix.init)

    /// Whether an exception let the login in.
    var isException: Bool { matched?.hasPrefix(Exemption.prefix) ?? false }

    /// Which AS, network or place met the list that ``matched`` names: its value, and where that is a number its name:
    /// `RU`; `AS47764`, `LLC VK`. nil where ``matched`` says all there is.
    var reason: (value: String?, name: String?) {
        switch isException ? matched.map({ String($0.dropFirst(Exemption.prefix.count)) }) : matched {
        case "service": (service, nil)
        case "ip", "disallowed": (address, nil)
        case "rev_host": (host ?? "<>", nil)
        case "net_name": (netName, nil)
        case "net_cc": (netCountry, nil)
        case "asn":
            // MaxMind may have named the organization where nobody named the number.
            asNumber == nil ? (asOrganization ?? asName, nil) : (asNumber, asOrganization ?? asName)
        case "as_desc": (asName ?? asOrganization, nil)
        case "as_cc": (asCountry, nil)
        case "geoid": (placeName, nil)
        case "coords":
            location.map { ("\($0.latitude),\($0.longitude)", placeName) } ?? (placeName, nil)
        default: (nil, nil)
        }
    }

    /// `Khasavyurt, Russia`.
    private var placeName: String? {
        let names = [city, country.map { $0.name ?? $0.code }].compactMap { $0 }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    static func cut(_ text: String) -> String {
        guard text.utf8.count > textLimit, text.unicodeScalars.count > textLimit else { return text }
        return String(text.unicodeScalars.prefix(textLimit)) + "…"
    }
}
