extension Explanation {
    /// The JSON object of `explain --json`, on one line.
    ///
    /// Members that have no value are null; `age_s` is whole seconds. Control and invisible characters are escaped.
    public var json: String {
        JSONValue.object([
            ("ip", .text(attempt.address?.description)),
            ("user", .text(attempt.login.isEmpty ? nil : attempt.login)),
            ("service", .text(attempt.service.isEmpty ? nil : attempt.service)),
            ("verdict", .string(outcome.rawValue)),
            ("matched", .text(denial?.matched)),
            ("rule", .text(denial?.rule?.description)),
            ("status", .string(status)),
            ("http", .integer(httpCode)),
            ("facts", factsObject),
            ("rules", .array(judgement.outcomes.map(Self.object))),
        ]).text
    }

    private static func object(_ outcome: RuleOutcome) -> JSONValue {
        .object([
            ("list", .string(outcome.list.rawValue)), ("outcome", .string(outcome.outcome.rawValue)),
            ("rule", .text(outcome.rule?.description)),
        ])
    }

    private var factsObject: JSONValue {
        .object([
            ("private", .bool(facts.isPrivate)), ("reserved", .bool(facts.isReserved)),
            ("local_network", .text(facts.localNetwork)),
            ("rev_host", Self.object(facts.reverseHost) { [("value", .text($0))] }),
            ("network", Self.object(facts.network, Self.members)),
            ("origin", Self.object(facts.origin, Self.members)),
            ("geo", Self.object(facts.geo, Self.members)),
        ])
    }

    private typealias Members = [(name: String, value: JSONValue)]

    private static func object<Value>(_ fact: Sourced<Value>, _ members: (Value?) -> Members) -> JSONValue {
        .object(
            [
                ("state", .string(fact.state)), ("source", .string(fact.source.description)),
                ("age_s", .count(fact.age.components.seconds)),
            ] + members(fact.value))
    }

    private static func members(_ network: NetworkFacts?) -> Members {
        [
            ("net_name", .text(network?.name)), ("net_cc", .text(network?.country)),
            ("net_cidr", .text(network?.cidr)), ("net_handle", .text(network?.handle)),
            ("entities", .array((network?.entities ?? []).map { .string($0) })),
        ]
    }

    private static func members(_ origin: OriginFacts?) -> Members {
        [
            ("asn", asText(origin?.asNumbers.first)),
            ("origins", .array((origin?.asNumbers ?? []).map { .integer(Int($0)) })),
            ("asn_cidr", .text(origin?.prefix)), ("as_cc", .text(origin?.country)), ("as_desc", .text(origin?.asName)),
        ]
    }

    private static func members(_ geo: GeoFacts?) -> Members {
        [
            ("as_org", .text(geo?.asOrganization)), ("asn", asText(geo?.asNumber)),
            ("city", place(geo?.city, hasCode: false)),
            ("subdivisions", .array((geo?.subdivisions ?? []).map { place($0) })),
            ("country", place(geo?.country)), ("registered_country", place(geo?.registeredCountry)),
            ("represented_country", place(geo?.representedCountry)), ("continent", place(geo?.continent)),
            ("postal_code", .text(geo?.postalCode)), ("location", location(geo?.location)),
        ]
    }

    private static func asText(_ number: UInt32?) -> JSONValue { .text(number.map { "AS\($0)" }) }

    private static func place(_ place: Place?, hasCode: Bool = true) -> JSONValue {
        guard let place else { return .null }
        let members: Members = [("name", .text(place.name)), ("geoname_id", .count(place.geonameID))]
        return .object(hasCode ? members + [("code", .text(place.code))] : members)
    }

    private static func location(_ location: GeoLocation?) -> JSONValue {
        guard let location else { return .null }
        return .object([
            ("latitude", .number(location.latitude)), ("longitude", .number(location.longitude)),
            ("accuracy_radius", .count(location.accuracyRadius)), ("time_zone", .text(location.timeZone)),
        ])
    }
}
