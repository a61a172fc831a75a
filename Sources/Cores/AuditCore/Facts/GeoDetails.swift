/// What the records of a database hold, found by looking at some of them.
package struct GeoDetails: OptionSet, Sendable {
    /// Its bits.
    package let rawValue: Int

    /// Makes a set from its bits.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Anything about where an address is.
    package static let places = GeoDetails(rawValue: 1)
    /// GeoNames numbers of places: what `geo_location_ids` compares.
    package static let geonameIDs = GeoDetails(rawValue: 2)
    /// Points: what `coordinates` compares.
    package static let coordinates = GeoDetails(rawValue: 4)
    /// AS numbers: what `as_numbers` compares.
    package static let asNumbers = GeoDetails(rawValue: 8)
    /// Names of organisations: what `as_names` compares.
    package static let asNames = GeoDetails(rawValue: 16)

    /// What one record holds.
    package init(of facts: GeoFacts) {
        self = []
        if facts.hasPlace { insert(.places) }
        let places = [facts.city, facts.country, facts.registeredCountry, facts.continent] + facts.subdivisions
        if places.contains(where: { $0?.geonameID != nil }) { insert(.geonameIDs) }
        if facts.location != nil { insert(.coordinates) }
        if facts.asNumber != nil { insert(.asNumbers) }
        if facts.asOrganization != nil { insert(.asNames) }
    }
}
