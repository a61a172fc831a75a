extension Explanation {
    /// The JSON object of `explain --json`, on one line.
    ///
    /// A fact that is `unavailable` says why in its member `reason`; several PTR names all stand in `values`, of which `value` is
    /// the first. Other members that have no value are null; `age_s` is whole seconds. Control and invisible characters are
    /// escaped.
    /// `limits` is there if an app password with limits was asked about.
    /// Of lists that make exceptions or only watch, `rules` has those that are configured, with their `effect`.
    public var json: String {
        var members: Members = [
            ("ip", AuditValue(attempt.address?.description)),
            ("user", AuditValue(attempt.login.isEmpty ? nil : attempt.login)),
            ("service", AuditValue(attempt.service.isEmpty ? nil : attempt.service)),
            ("verdict", .text(outcome.rawValue)),
        ]
        let matched = judgement.verdict.isUndecided ? nil : judgement.matched
        members.append(("matched", AuditValue(decidingLimit.map { "limit:\($0)" } ?? matched)))
        members.append(("rule", AuditValue(decidingLimit == nil ? judgement.rule?.description : nil)))
        members.append(("status", .text(status)))
        members.append(("http", AuditValue(httpCode)))
        members.append(("facts", factsObject))
        let others = judgement.otherOutcomes.filter { $0.outcome != .off }
        members.append(("rules", .list((judgement.outcomes + others).map(Self.object))))
        if !limits.isEmpty { members.append(("limits", .list(limits.map(Self.object)))) }
        return AuditValue.object(members).jsonText
    }

    private static func object(_ limit: LimitOutcome) -> AuditValue {
        .object([
            ("limit", .text(limit.name)), ("outcome", .text(limit.outcome.rawValue)), ("text", .text(limit.text)),
        ])
    }

    private static func object(_ outcome: RuleOutcome) -> AuditValue {
        let effect: Members = outcome.effect == .deny ? [] : [("effect", .text(outcome.effect.rawValue))]
        return .object(
            [
                ("list", .text(outcome.list.rawValue)), ("outcome", .text(outcome.outcome.rawValue)),
                ("rule", AuditValue(outcome.rule?.description)),
            ] + effect)
    }

    private var factsObject: AuditValue {
        .object([
            ("private", .bool(facts.isPrivate)), ("reserved", .bool(facts.isReserved)),
            ("local_network", AuditValue(facts.localNetwork)),
            ("rev_host", Self.object(facts.reverseHost, Self.members)),
            ("network", Self.object(facts.network, Self.members)),
            ("origin", Self.object(facts.originOrMaxMind, Self.members)),
            ("geo", Self.object(facts.geo, Self.members)),
        ])
    }

    private typealias Members = [(key: String, value: AuditValue)]

    private static func object<Value>(_ fact: Sourced<Value>, _ members: (Value?) -> Members) -> AuditValue {
        let reason: Members = fact.trouble.map { [("reason", .text($0.reason))] } ?? []
        return .object(
            [
                ("state", .text(fact.state)), ("source", .text(fact.source.description)),
                ("age_s", AuditValue(fact.age.components.seconds)),
            ] + reason + members(fact.value))
    }

    private static func members(_ names: PTRNames?) -> Members {
        let value: Members = [("value", AuditValue(names?.first))]
        guard let names, !names.others.isEmpty else { return value }
        return value + [("values", .list(names.all.map(AuditValue.text)))]
    }

    private static func members(_ network: NetworkFacts?) -> Members {
        [
            ("net_name", AuditValue(network?.name)), ("net_cc", AuditValue(network?.country)),
            ("net_cidr", AuditValue(network?.cidr)), ("net_handle", AuditValue(network?.handle)),
            ("entities", .list((network?.entities ?? []).map { .text($0) })),
        ]
    }

    private static func members(_ origin: OriginFacts?) -> Members {
        [
            ("asn", asText(origin?.asNumbers.first)),
            ("origins", .list((origin?.asNumbers ?? []).map { .integer(Int64($0)) })),
            ("asn_cidr", AuditValue(origin?.prefix)), ("as_cc", AuditValue(origin?.country)),
            ("as_desc", AuditValue(origin?.asName)),
        ]
    }

    private static func members(_ geo: GeoFacts?) -> Members {
        [
            ("as_org", AuditValue(geo?.asOrganization)), ("asn", asText(geo?.asNumber)),
            ("city", place(geo?.city, hasCode: false)),
            ("subdivisions", .list((geo?.subdivisions ?? []).map { place($0) })),
            ("country", place(geo?.country)), ("registered_country", place(geo?.registeredCountry)),
            ("represented_country", place(geo?.representedCountry)), ("continent", place(geo?.continent)),
            ("postal_code", AuditValue(geo?.postalCode)), ("location", location(geo?.location)),
        ]
    }

    private static func asText(_ number: UInt32?) -> AuditValue { AuditValue(number.map { "AS\($0)" }) }

    private static func place(_ place: Place?, hasCode: Bool = true) -> AuditValue {
        guard let place else { return .none }
        let members: Members = [("name", AuditValue(place.name)), ("geoname_id", AuditValue(place.geonameID))]
        return .object(hasCode ? members + [("code", AuditValue(place.code))] : members)
    }

    private static func location(_ location: GeoLocation?) -> AuditValue {
        guard let location else { return .none }
        return .object([
            ("latitude", .double(location.latitude)), ("longitude", .double(location.longitude)),
            ("accuracy_radius", AuditValue(location.accuracyRadius)), ("time_zone", AuditValue(location.timeZone)),
        ])
    }
}
