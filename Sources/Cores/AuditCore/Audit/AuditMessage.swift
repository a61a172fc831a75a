extension AuditRecord {
    /// The line that administrators grep for, in the form of the old program:
    /// `user=<alice>, password=7, service=imap, ip=192.0.2.1, host=…, …`.
    ///
    /// Where a fact could not be had, the old program's words stand for it (`<ERROR-RESPONSE>`, `<WHOIS ERROR>`).
    /// No value can forge a field: see `auditEscaped(for:)`.
    package var message: String {
        var text = ""
        text.reserveCapacity(512)
        text += "user=<\(attempt.login.auditEscaped(for: .name))>"
        if let passwordID { text += ", password=\(passwordID)" }
        text += ", service=\(attempt.service.auditEscaped(for: .bare))"
        text += ", ip=\(facts.address?.description ?? "None"), host=\(hostText)"
        text += ", asn=\(asText), as_cc=\((asCountry ?? "None").auditEscaped(for: .bare))"
        text += ", as_desc=<\((asName ?? "None").auditEscaped(for: .bracketed))>"
        text += ", as_org=<\((facts.geo.value?.asOrganization ?? "None").auditEscaped(for: .bracketed))>"
        text += ", net_name=<\((netName ?? "None").auditEscaped(for: .bracketed))>"
        text += ", net_cc=\((netCountry ?? "None").auditEscaped(for: .bare))"
        text += entities.isEmpty ? ", entity=" : ""
        for entity in entities.prefix(Self.mostEntities) { text += ", entity=\(entity.auditEscaped(for: .bare))" }
        if let entityCount { text += ", entities=\(entityCount)" }
        if let geo = facts.geo.value, geo.hasPlace { text += Self.placeText(geo) }
        if isBlocked { text += ", blocked=True" }
        if let matched, isBlocked || matched.hasPrefix(Exemption.prefix) {
            text += ", matched=\(matched.auditEscaped(for: .bare))"
        }
        return text
    }

    private var hostText: String { facts.reverseHost.value?.first.auditEscaped(for: .bare) ?? "<>" }

    private static func placeText(_ geo: GeoFacts) -> String {
        func pair(_ place: Place?) -> String {
            let number = place?.geonameID.map { String($0) } ?? "None"
            return "<\(number)/\((place?.name ?? "None").auditEscaped(for: .bracketed))>"
        }
        var text = ", city=\(pair(geo.city))"
        for subdivision in geo.subdivisions { text += ", subdivision=\(pair(subdivision))" }
        text += ", country=\(pair(geo.country)), represented_country=\(pair(geo.representedCountry))"
        text += ", registered_country=\(pair(geo.registeredCountry))"
        text += ", lat=\(geo.location.map { "\($0.latitude)" } ?? "None")"
        text += ", lon=\(geo.location.map { "\($0.longitude)" } ?? "None")"
        text += ", rad=\(geo.location?.accuracyRadius.map { "\($0)" } ?? "None")km"
        return text
    }
}

/// What the old program showed where a fact is missing.
extension AuditRecord {
    /// `AS47764`, or `None` if the prefix is not routed, reserved, or could not be looked up.
    var asText: String { facts.origin.value?.asNumbers.first.map { "AS\($0)" } ?? "None" }

    var asCountry: String? {
        if case .unavailable = facts.origin.fact { "ZZ" } else { facts.origin.value?.country }
    }

    var asName: String? {
        if case .unavailable = facts.origin.fact { "ERROR-RESPONSE" } else { facts.origin.value?.asName }
    }

    var netName: String? {
        if case .unavailable = facts.network.fact { "WHOIS ERROR" } else { facts.network.value?.name }
    }

    var netCountry: String? {
        if case .unavailable = facts.network.fact { "ZZ" } else { facts.network.value?.country }
    }

    var entities: [String] { facts.network.value?.entities ?? [] }

    /// How many entities are shown; all of them are judged.
    static let mostEntities = 256

    /// How many entities there are, if they are not all shown.
    var entityCount: Int? { entities.count > Self.mostEntities ? entities.count : nil }
}

/// Where in a message a foreign text stands.
package enum AuditTextPlace: Sendable {
    /// Between `<` and `>`, where a comma is common: `as_desc=<GOOGLE, US>`.
    case bracketed
    /// Between `<` and `>`, where it is not: a user name.
    case name
    /// Up to the next `, `.
    case bare
}

extension String {
    /// The text with everything escaped by which it could pass for more than one field or line.
    ///
    /// Control and other unprintable characters, `<`, `>` and `\` become `\x3c` or `\u202e`; so do commas, but for
    /// bracketed texts like `GOOGLE, US`, which hold no `=` that could make a field of what follows the comma.
    package func auditEscaped(for place: AuditTextPlace) -> String {
        let keepsCommas = place == .bracketed && !utf8.contains(UInt8(ascii: "="))
        func mayStay(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "<", ">", "\\": false
            case ",": keepsCommas
            case " "..."~": true
            default: scalar.isPrintable
            }
        }
        if unicodeScalars.allSatisfy(mayStay) { return self }
        var result = ""
        for scalar in unicodeScalars {
            if mayStay(scalar) { result.unicodeScalars.append(scalar) } else { result += scalar.pythonEscape }
        }
        return result
    }
}
