internal import AuditCore
internal import StrictJSON

/// Reads what `AUDIT_FACTS` says (docs/audit-trail.md).
struct FactsReading {
    private let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    /// The facts; nil if what is there is no object.
    ///
    /// - Parameter blank: What follows from the address alone.
    func read(_ blank: Facts, _ sources: FactSourcesReading) -> RecordedFacts? {
        guard case .object = value else { return nil }
        let troubles = errors("unavailable")
        func sourced<Value>(_ kind: FactKind, _ read: Value?) -> Sourced<Value> {
            if let error = troubles[kind.rawValue] { return sources.sourced(kind, .unavailable(error)) }
            return sources.sourced(kind, read.map(Fact.known) ?? .absent)
        }
        var facts = blank
        facts.isPrivate = value["private"]?.bool ?? false
        facts.localNetwork = value["local_network"]?.string
        facts.reverseHost = sourced(.reverseHost, value["rev_host"].flatMap { PTRNames($0.strings) })
        facts.network = sourced(.network, value["network"].map(Self.network))
        facts.origin = sourced(.origin, value["origin"].map { Self.origin($0, troubles["as_name"]) })
        facts.geo = sourced(.geo, value["geo"].map(Self.geo))
        var recorded = RecordedFacts(facts: facts)
        if value["cut"]?.bool == true {
            recorded.lacking = facts.network.value?.name == nil ? [.entities, .networkName] : [.entities]
        }
        for (name, error) in errors("late") {
            if let kind = FactKind(rawValue: name) { recorded.late[kind] = error }
        }
        recorded.later = Set((value["later"]?.strings ?? []).compactMap(FactKind.init))
        return recorded
    }

    private func errors(_ name: String) -> [String: LookupError] {
        guard case .object(let members)? = value[name] else { return [:] }
        var errors: [String: LookupError] = [:]
        for member in members {
            let texts = member.value.string.map { [$0] } ?? member.value.strings
            guard let code = texts.first else { continue }
            errors[member.name] = LookupError(LookupError.Code(name: code), detail: texts.count > 1 ? texts[1] : "")
        }
        return errors
    }

    private static func network(_ value: JSONValue) -> NetworkFacts {
        NetworkFacts(
            name: value["name"]?.string, country: value["cc"]?.string, cidr: value["cidr"]?.string,
            handle: value["handle"]?.string, entities: value["entities"]?.strings ?? [])
    }

    private static func origin(_ value: JSONValue, _ nameTrouble: LookupError?) -> OriginFacts {
        OriginFacts(
            asNumbers: (value["as"]?.items ?? []).compactMap(\.number32), prefix: value["prefix"]?.string,
            country: value["cc"]?.string, asName: value["name"]?.string, asNameTrouble: nameTrouble)
    }

    private static func geo(_ value: JSONValue) -> GeoFacts {
        var geo = GeoFacts()
        geo.asNumber = value["as"]?.number32
        geo.asOrganization = value["as_org"]?.string
        geo.asNetwork = value["as_prefix"]?.string
        geo.city = value["city"].map(place)
        geo.subdivisions = (value["subdivisions"]?.items ?? []).map(place)
        geo.country = value["country"].map(place)
        geo.registeredCountry = value["registered_country"].map(place)
        geo.representedCountry = value["represented_country"].map(place)
        geo.continent = value["continent"].map(place)
        geo.postalCode = value["postal_code"]?.string
        if let items = value["location"]?.items, items.count == 4, let latitude = items[0].double,
            let longitude = items[1].double
        {
            geo.location = GeoLocation(
                latitude: latitude, longitude: longitude, accuracyRadius: items[2].integer, timeZone: items[3].string)
        }
        return geo
    }

    private static func place(_ value: JSONValue) -> Place {
        let items = value.items
        return Place(
            geonameID: items.first?.number32, name: items.count > 1 ? items[1].string : nil,
            code: items.count > 2 ? items[2].string : nil)
    }
}

extension JSONValue {
    /// The elements of a list; none of anything else.
    var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }

    /// The texts of a list.
    var strings: [String] { items.compactMap(\.string) }

    var number32: UInt32? { integer.flatMap(UInt32.init(exactly:)) }
}
