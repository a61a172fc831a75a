internal import AuditCore
internal import StrictJSON

/// Makes facts of the fields that records had before `AUDIT_FACTS`, those of the old program too.
///
/// One AS number, one PTR name and MaxMind's organisation are there; MaxMind's AS number, the network's extent and what came
/// late are not.
struct OldFactsReading {
    private let fields: RecordFields

    init(_ fields: RecordFields) { self.fields = fields }

    /// - Parameter blank: What follows from the address alone.
    func read(_ blank: Facts, _ sources: FactSourcesReading) -> RecordedFacts {
        var facts = blank
        if fields["reserved"]?.flag ?? false, facts.reserved == nil {
            facts.localNetwork = fields["net_name"]?.name ?? ""
        }
        facts.reverseHost = reverseHost(sources)
        facts.network = sources.sourced(.network, network)
        facts.origin = sources.sourced(.origin, origin)
        facts.geo = geo(sources)
        return RecordedFacts(facts: facts, lacking: lacking(facts))
    }

    private func lacking(_ facts: Facts) -> Set<DenyListKind> {
        var lists: Set<DenyListKind> = [.reverseHostname, .asNumbers]
        if facts.geo.value?.asOrganization == nil { lists.insert(.asNames) }
        // They are not all there, or not to be read.
        if fields["entities"]?.structure == nil || fields["entity_count"] != nil { lists.insert(.entities) }
        return lists
    }

    private static let unanswered = LookupError(.unreachable)

    private func reverseHost(_ sources: FactSourcesReading) -> Sourced<PTRNames> {
        if let name = fields["rev_host"]?.text, name != "<>" {
            return sources.sourced(.reverseHost, .known(PTRNames(name)))
        }
        // Who stated that there is none has a name; the old program took every failure for none.
        let isNobodys = sources.isThere && sources.source(of: .reverseHost) == .none
        return sources.sourced(.reverseHost, isNobodys ? .unavailable(LookupError(.timedOut)) : .absent)
    }

    private var network: Fact<NetworkFacts> {
        let name = fields["net_name"]?.name
        if name == "WHOIS ERROR" { return .unavailable(Self.unanswered) }
        let network = NetworkFacts(
            name: name, country: fields["net_cc"]?.text, entities: fields["entities"]?.structure?.strings ?? [])
        return network == NetworkFacts() ? .absent : .known(network)
    }

    private var origin: Fact<OriginFacts> {
        let name = fields["as_desc"]?.name
        if name == "ERROR-RESPONSE" { return .unavailable(Self.unanswered) }
        let number = fields["asn"]?.name.flatMap { UInt32($0.hasPrefix("AS") ? $0.dropFirst(2) : $0[...]) }
        let origin = OriginFacts(
            asNumbers: number.map { [$0] } ?? [], country: fields["as_cc"]?.text, asName: name)
        return origin == OriginFacts() ? .absent : .known(origin)
    }

    private func geo(_ sources: FactSourcesReading) -> Sourced<GeoFacts> {
        var geo = GeoFacts()
        geo.asOrganization = fields["as_org"]?.name
        geo.city = place("city")
        geo.subdivisions = (fields["maxmind_subdivisions"]?.structure?.items ?? []).map(Self.place)
        geo.country = place("country")
        geo.registeredCountry = place("registered_country")
        geo.representedCountry = place("represented_country")
        geo.continent = place("continent")
        geo.postalCode = fields["maxmind_postal_code"]?.text
        if let location = fields["maxmind_location"]?.structure, let latitude = location["latitude"]?.double,
            let longitude = location["longitude"]?.double
        {
            geo.location = GeoLocation(
                latitude: latitude, longitude: longitude, accuracyRadius: location["accuracy_radius"]?.integer,
                timeZone: location["time_zone"]?.string)
        }
        if geo != GeoFacts() { return sources.sourced(.geo, .known(geo)) }
        let isNobodys = sources.isThere && sources.source(of: .geo) == .none
        return isNobodys ? .notAsked : sources.sourced(.geo, .absent)
    }

    private func place(_ name: String) -> Place? {
        fields["maxmind_" + name]?.structure.map(Self.place).flatMap { $0 == Place() ? nil : $0 }
    }

    private static func place(_ value: JSONValue) -> Place {
        Place(
            geonameID: value["geoname_id"]?.number32, name: value["name"]?.string, code: value["code"]?.string)
    }
}
