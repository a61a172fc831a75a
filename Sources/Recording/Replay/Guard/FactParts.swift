internal import AuditCore
internal import Report

/// What is known of an address, in parts that many logins share, as far as lists ask for it.
struct FactParts: Equatable {
    /// As `AUDIT_FACTS` has them, each alone: PTR names, network, origin, geo.
    var texts: [String]

    static let count = 4

    /// Nothing that follows from an address is in the texts.
    private static let blank: Facts = {
        var facts = Facts(address: nil, localNetworks: LocalNetworks(), localLocationName: "")
        facts.isPrivate = false
        facts.localNetwork = nil
        facts.reverseHost = Sourced(.absent, source: .none)
        facts.network = Sourced(.absent, source: .none)
        facts.origin = Sourced(.absent, source: .none)
        facts.geo = Sourced(.absent, source: .none)
        return facts
    }()

    init(texts: [String]) { self.texts = texts }

    init(_ facts: Facts) {
        func text(_ change: (inout Facts) -> Void) -> String {
            var part = Self.blank
            change(&part)
            return FactsText(part, missing: MissingFacts()).text
        }
        texts = [
            text { $0.reverseHost = facts.reverseHost }, text { $0.network = facts.network.map(\.compared) },
            text { $0.origin = facts.origin.map(\.compared) }, text { $0.geo = facts.geo.map(\.compared) },
        ]
    }

    /// The facts of an address.
    ///
    /// - Parameter read: What ``read(_:)`` makes of each text.
    static func facts(of address: IPAddress?, _ read: [Facts]) -> Facts {
        var facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "")
        facts.reverseHost = read[0].reverseHost
        facts.network = read[1].network
        facts.origin = read[2].origin
        facts.geo = read[3].geo
        return facts
    }

    /// What one text says; everything else is absent, and all is if it says nothing that can be understood.
    static func read(_ text: String) -> Facts { RecordedFacts(factsText: text, blank)?.facts ?? blank }
}

extension Sourced {
    /// The same of another value; why it could not be had is kept in short.
    fileprivate func map<Other>(_ change: (Value) -> Other) -> Sourced<Other> {
        switch fact {
        case .known(let value): Sourced<Other>(.known(change(value)), source: source)
        case .absent: Sourced<Other>(.absent, source: source)
        case .unavailable(let error): Sourced<Other>(.unavailable(LookupError(error.code)), source: source)
        }
    }
}

extension NetworkFacts {
    /// What entries are compared with.
    fileprivate var compared: NetworkFacts { NetworkFacts(name: name, country: country, entities: entities) }
}

extension OriginFacts {
    fileprivate var compared: OriginFacts {
        OriginFacts(
            asNumbers: asNumbers, country: country, asName: asName,
            asNameTrouble: asNameTrouble.map { LookupError($0.code) })
    }
}

extension GeoFacts {
    fileprivate var compared: GeoFacts {
        func place(_ place: Place?) -> Place? { place.map { Place(geonameID: $0.geonameID) } }
        var geo = GeoFacts()
        (geo.asNumber, geo.asOrganization) = (asNumber, asOrganization)
        geo.city = place(city)
        geo.subdivisions = subdivisions.map { Place(geonameID: $0.geonameID) }
        geo.country = place(country)
        geo.registeredCountry = place(registeredCountry)
        geo.representedCountry = place(representedCountry)
        geo.continent = place(continent)
        geo.location = location
        geo.location?.timeZone = nil
        return geo
    }
}
