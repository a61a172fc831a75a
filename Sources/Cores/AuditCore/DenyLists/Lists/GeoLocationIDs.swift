extension DenyListKind {
    /// Geoname ids.
    public static let geoLocationIDs = DenyListKind(GeoLocationIDs.self)
}

/// Geoname ids, compared with those of every place that MaxMind names; the most specific one counts.
final class GeoLocationIDs: DetailedDenyList {
    static let name = "geo_location_ids"
    static let label = "geoid"
    static let facts = [FactKind.geo]
    static let geoDetails = GeoDetails.geonameIDs
    static let syntax = ListSyntax(
        memberNames: ["geoname_id", "geonameid", "geonames_id", "geoname id"], headersMayBeOneWord: true)

    let entries: IndexedEntries<LiteralIndex<UInt32>>

    init(reading reader: inout DenyListReader) {
        entries = reader.literals("is no geoname id (1 to 4294967295)") { line in
            UInt32(decimal: line.entryBeforeComma).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard let geo = facts.geo.value else { return nil }
        func denial(_ place: Place?) -> Denial? {
            guard let id = place?.geonameID, let line = entries.index.line(of: id, at: attempt.time) else { return nil }
            return self.denial(of: place?.name ?? "this location", line: line)
        }
        if let denial = denial(geo.city) { return denial }
        for subdivision in geo.subdivisions {
            if let denial = denial(subdivision) { return denial }
        }
        return denial(geo.country) ?? denial(geo.registeredCountry) ?? denial(geo.representedCountry)
            ?? denial(geo.continent)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.geo.trouble, nil) }
}
