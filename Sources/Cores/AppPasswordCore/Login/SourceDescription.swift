package import AuditCore

extension Facts {
    /// Where the login came from, for `src_loc`: `[postal ]city, SUBDIV, Country` from MaxMind, or the local network's
    /// name, else the net name.
    package var sourceLocation: String? {
        if let localNetwork { return localNetwork }
        guard let geo = geo.value, geo.hasPlace else { return network.value?.name }
        let postal = geo.postalCode.map { $0 + " " } ?? ""
        let city = geo.city?.name.map { postal + $0 } ?? (postal.isEmpty ? nil : String(postal.dropLast()))
        let parts = [city, geo.subdivisions.first?.code, geo.country?.name].compactMap { $0 }
        return parts.isEmpty ? network.value?.name : parts.joined(separator: ", ")
    }

    /// Whose network it was, for `src_isp`: MaxMind's organisation, else the AS name.
    package var sourceISP: String? { geo.value?.asOrganization ?? origin.value?.asName }
}
