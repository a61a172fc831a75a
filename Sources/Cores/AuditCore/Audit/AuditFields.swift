/// A named value of an audit record.
public struct AuditField: Sendable, Equatable {
    /// The journal's name: `AUDIT_NET_CC`.
    public var name: String
    /// The typed value.
    public var value: AuditValue
    /// How the journal shows it: the old program's fields as Python would, new ones as JSON.
    package var spelling: Spelling

    /// How the journal spells a value.
    package enum Spelling: Sendable {
        /// As Python's `str()`.
        case python
        /// As JSON; a text without quotes.
        case json
    }

    /// The value as the journal shows it.
    package var journalText: String {
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
    package var fields: [AuditField] {
        var fields: [AuditField] = []
        fields.reserveCapacity(48)
        func old(_ name: String, _ value: AuditValue) {
            fields.append(AuditField(name: name, value: value, spelling: .python))
        }
        func new(_ name: String, _ value: AuditValue) {
            fields.append(AuditField(name: name, value: value, spelling: .json))
        }
        old("AUDIT_USER", .text(attempt.login))
        old("AUDIT_PASSWORD", passwordID.map(AuditValue.integer) ?? .none)
        old("AUDIT_SERVICE", .text(attempt.service))
        old("AUDIT_IP", AuditValue(facts.address?.description))
        old("AUDIT_REV_HOST", .text(facts.reverseHost.value?.first ?? "<>"))
        old("AUDIT_ASN", facts.origin.value?.asNumbers.first == nil ? .none : .text(asText))
        old("AUDIT_AS_CC", AuditValue(asCountry))
        old("AUDIT_AS_DESC", AuditValue(asName))
        old("AUDIT_NET_NAME", AuditValue(netName))
        old("AUDIT_NET_CC", AuditValue(netCountry))
        old("AUDIT_ENTITIES", .list(entities.prefix(Self.mostEntities).map(AuditValue.text)))
        old("AUDIT_RESERVED", .bool(facts.isReserved))
        old("AUDIT_BLOCKED", .bool(isBlocked))
        old("AUDIT_MATCHED", AuditValue(matched))
        old("AUDIT_LOG", .bool(true))
        if let geo = facts.geo.value {
            if geo.hasPlace { for (name, value) in Self.placeFields(geo) { old(name, value) } }
            new("AUDIT_AS_ORG", AuditValue(geo.asOrganization))
        }
        if let entityCount { new("AUDIT_ENTITY_COUNT", .integer(Int64(entityCount))) }
        if let rule { new("AUDIT_RULE", .text(rule.description)) }
        if let limit { new("AUDIT_LIMIT", .text(limit)) }
        if isHoneypot { new("AUDIT_HONEYPOT", .bool(true)) }
        if isOfNobody { new("AUDIT_UNKNOWN_USER", .bool(true)) }
        for (name, value) in circumstances { if let value { new(name, .text(value)) } }
        new("AUDIT_SOURCES", sources)
        new("AUDIT_FACTS", .json(FactsText(facts, missing: missing).text))
        new("AUDIT_DURATION_US", .integer(duration.microseconds))
        return fields
    }

    /// `PRIORITY` of syslog: notice (5) for a refused login, info (6) for any other.
    package var priority: Int { isBlocked ? 5 : 6 }

    private static func placeFields(_ geo: GeoFacts) -> [(String, AuditValue)] {
        func place(_ place: Place?) -> AuditValue {
            .object([
                ("name", AuditValue(place?.name)), ("geoname_id", AuditValue(place?.geonameID)),
                ("code", AuditValue(place?.code)),
            ])
        }
        return [
            ("AUDIT_MAXMIND_CITY", place(geo.city)),
            (
                "AUDIT_MAXMIND_LOCATION",
                .object([
                    ("accuracy_radius", AuditValue(geo.location?.accuracyRadius)),
                    ("latitude", geo.location.map { .double($0.latitude) } ?? .none),
                    ("longitude", geo.location.map { .double($0.longitude) } ?? .none),
                    ("time_zone", AuditValue(geo.location?.timeZone)),
                ])
            ),
            ("AUDIT_MAXMIND_POSTAL_CODE", AuditValue(geo.postalCode)),
            ("AUDIT_MAXMIND_SUBDIVISIONS", .tuple(geo.subdivisions.map(place))),
            ("AUDIT_MAXMIND_CONTINENT", place(geo.continent)),
            ("AUDIT_MAXMIND_COUNTRY", place(geo.country)),
            ("AUDIT_MAXMIND_REGISTERED_COUNTRY", place(geo.registeredCountry)),
            ("AUDIT_MAXMIND_REPRESENTED_COUNTRY", place(geo.representedCountry)),
        ]
    }

    /// What Dovecot said of the login besides; what it did not say has no field.
    private var circumstances: [(name: String, value: String?)] {
        let proxy = attempt.realRemoteIP.flatMap { text in
            IPAddress(text).map { $0 == facts.address ? nil : $0.description } ?? text
        }
        return [
            ("AUDIT_SESSION_ID", attempt.sessionID), ("AUDIT_LOCAL_IP", attempt.localIP),
            ("AUDIT_PROTOCOL", attempt.protocolName),
            ("AUDIT_CLIENT_ID", attempt.clientID), ("AUDIT_MECH", attempt.mechanism),
            ("AUDIT_SECURED", attempt.secured),
            ("AUDIT_MASTER_USER", attempt.masterUser), ("AUDIT_REAL_REMOTE_IP", proxy),
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
