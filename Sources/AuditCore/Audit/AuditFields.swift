/// A named value of an audit record.
public struct AuditField: Sendable, Equatable {
    /// The journal's name: `AUDIT_NET_CC`.
    public var name: String
    /// The typed value.
    public var value: AuditValue
    /// How the journal shows it: the old program's fields as Python would, new ones as JSON.
    public var spelling: Spelling

    /// How the journal spells a value.
    public enum Spelling: Sendable {
        /// As Python's `str()`.
        case python
        /// As JSON; a text without quotes.
        case json
    }

    /// The value as the journal shows it.
    public var journalText: String {
        switch (spelling, value) {
        case (_, .text(let text)): text
        case (.python, _): value.pythonText
        case (.json, _): value.jsonText
        }
    }
}

extension AuditRecord {
    /// The `AUDIT_*` fields, the old program's first.
    ///
    /// A login without a MaxMind record has no `AUDIT_MAXMIND_*`, as it always was.
    public var fields: [AuditField] {
        var fields: [AuditField] = []
        func old(_ name: String, _ value: AuditValue) {
            fields.append(AuditField(name: "AUDIT_" + name, value: value, spelling: .python))
        }
        func new(_ name: String, _ value: AuditValue) {
            fields.append(AuditField(name: "AUDIT_" + name, value: value, spelling: .json))
        }
        old("USER", .text(attempt.login))
        old("PASSWORD", passwordID.map(AuditValue.integer) ?? .none)
        old("SERVICE", .text(attempt.service))
        old("IP", AuditValue(facts.address?.description))
        old("REV_HOST", .text(facts.reverseHost.value?.first ?? "<>"))
        old("ASN", facts.origin.value?.asNumbers.first == nil ? .none : .text(asText))
        old("AS_CC", AuditValue(asCountry))
        old("AS_DESC", AuditValue(asName))
        old("NET_NAME", AuditValue(netName))
        old("NET_CC", AuditValue(netCountry))
        old("ENTITIES", .list(entities.prefix(Self.mostEntities).map(AuditValue.text)))
        old("RESERVED", .bool(facts.isReserved))
        old("BLOCKED", .bool(isBlocked))
        old("MATCHED", AuditValue(matched))
        old("LOG", .bool(true))
        if let geo = facts.geo.value {
            if geo.hasPlace { for (name, value) in Self.placeFields(geo) { old("MAXMIND_" + name, value) } }
            new("AS_ORG", AuditValue(geo.asOrganization))
        }
        if let entityCount { new("ENTITY_COUNT", .integer(Int64(entityCount))) }
        if let rule { new("RULE", .text(rule.description)) }
        if let limit { new("LIMIT", .text(limit)) }
        if isHoneypot { new("HONEYPOT", .bool(true)) }
        if isOfNobody { new("UNKNOWN_USER", .bool(true)) }
        for (name, value) in circumstances { if let value { new(name, .text(value)) } }
        new("SOURCES", sources)
        new("FACTS", .json(FactsText(facts, missing: missing).text))
        new("DURATION_US", .integer(duration.microseconds))
        return fields
    }

    /// `PRIORITY` of syslog: notice (5) for a refused login, info (6) for any other.
    public var priority: Int { isBlocked ? 5 : 6 }

    private static func placeFields(_ geo: GeoFacts) -> [(String, AuditValue)] {
        func place(_ place: Place?) -> AuditValue {
            .object([
                ("name", AuditValue(place?.name)), ("geoname_id", AuditValue(place?.geonameID)),
                ("code", AuditValue(place?.code)),
            ])
        }
        return [
            ("CITY", place(geo.city)),
            (
                "LOCATION",
                .object([
                    ("accuracy_radius", AuditValue(geo.location?.accuracyRadius)),
                    ("latitude", geo.location.map { .double($0.latitude) } ?? .none),
                    ("longitude", geo.location.map { .double($0.longitude) } ?? .none),
                    ("time_zone", AuditValue(geo.location?.timeZone)),
                ])
            ),
            ("POSTAL_CODE", AuditValue(geo.postalCode)),
            ("SUBDIVISIONS", .tuple(geo.subdivisions.map(place))),
            ("CONTINENT", place(geo.continent)),
            ("COUNTRY", place(geo.country)),
            ("REGISTERED_COUNTRY", place(geo.registeredCountry)),
            ("REPRESENTED_COUNTRY", place(geo.representedCountry)),
        ]
    }

    /// What Dovecot said of the login besides; what it did not say has no field.
    private var circumstances: [(name: String, value: String?)] {
        let proxy = attempt.realRemoteIP.flatMap { text in
            IPAddress(text).map { $0 == facts.address ? nil : $0.description } ?? text
        }
        return [
            ("SESSION_ID", attempt.sessionID), ("LOCAL_IP", attempt.localIP), ("PROTOCOL", attempt.protocolName),
            ("CLIENT_ID", attempt.clientID), ("MECH", attempt.mechanism), ("SECURED", attempt.secured),
            ("MASTER_USER", attempt.masterUser), ("REAL_REMOTE_IP", proxy),
        ]
    }

    /// Where each fact came from, and how old it was, in seconds.
    private var sources: AuditValue {
        func entry(_ name: String, _ sourced: Sourced<some Sendable>) -> (key: String, value: AuditValue) {
            (
                name,
                .object([
                    ("source", .text(sourced.source.description)), ("age_s", .integer(sourced.age.components.seconds)),
                ])
            )
        }
        return .object([
            entry("rev_host", facts.reverseHost), entry("network", facts.network), entry("origin", facts.origin),
            entry("geo", facts.geo),
        ])
    }
}

extension Duration {
    /// Whole microseconds.
    package var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
