package import AuditCore
internal import StrictJSON

/// What a record says was known of the address a login came from.
package struct RecordedFacts: Sendable, Equatable {
    /// What was known when the record was written; facts that came after the verdict are among it.
    package var facts: Facts
    /// What came after the verdict had waited for it, and why it was not there then.
    package var late: [FactKind: LookupError] = [:]
    /// What came after a verdict that had not waited for it.
    package var later: Set<FactKind> = []
    /// The lists that may ask for more than the record holds. Records of before `AUDIT_FACTS` have one AS number and one PTR
    /// name, and do not know MaxMind's AS number.
    package var lacking: Set<DenyListKind> = []

    /// Whether the record holds all that a list can ask for.
    package var isComplete: Bool { lacking.isEmpty }

    /// What a verdict could know at the time: what was late is missing.
    ///
    /// What nobody had waited for is there: a list that asks for it would have had the login wait.
    package var atVerdict: Facts {
        guard !late.isEmpty else { return facts }
        var facts = facts
        if let error = late[.reverseHost] { facts.reverseHost = Sourced(.unavailable(error), source: .none) }
        if let error = late[.network] { facts.network = Sourced(.unavailable(error), source: .none) }
        if let error = late[.origin] { facts.origin = Sourced(.unavailable(error), source: .none) }
        if let error = late[.geo] { facts.geo = Sourced(.unavailable(error), source: .none) }
        return facts
    }
}

extension RecordedFacts {
    /// Reads what a record has as `AUDIT_FACTS`; who stated what is not known.
    ///
    /// - Parameter blank: What follows from the address alone.
    /// - Returns: nil if the text is no JSON object.
    package init?(factsText text: String, _ blank: Facts) {
        guard let value = try? JSONValue(parsingForeign: Array(text.utf8), maxDepth: 8),
            let read = FactsReading(value).read(blank, FactSourcesReading(nil))
        else { return nil }
        self = read
    }
}

extension RecordFields {
    /// The journal's fields that ``facts`` are read from, besides those of a report's records.
    package static let journalFactFields = [
        "AUDIT_FACTS", "AUDIT_SOURCES", "AUDIT_ENTITIES", "AUDIT_ENTITY_COUNT", "AUDIT_MAXMIND_POSTAL_CODE",
        "AUDIT_MAXMIND_SUBDIVISIONS", "AUDIT_MAXMIND_CONTINENT", "AUDIT_MAXMIND_REGISTERED_COUNTRY",
        "AUDIT_MAXMIND_REPRESENTED_COUNTRY",
    ]

    /// What was known of the address: from `AUDIT_FACTS`, else what can be made of the other fields.
    ///
    /// nil if the record names no address and no local login, but something that is neither.
    ///
    /// - Complexity: Linear in the fields; not to be asked for where nobody wants it.
    package var facts: RecordedFacts? {
        var address: IPAddress?
        if let text = self["ip"]?.text {
            guard let parsed = IPAddress(text) else { return nil }
            address = parsed
        }
        let facts = Facts(address: address, localNetworks: Self.noNetworks, localLocationName: "")
        if let written = self["facts"]?.jsonStructure, let read = FactsReading(written).read(facts, sources) {
            return read
        }
        return OldFactsReading(self).read(facts, sources)
    }

    private static let noNetworks = LocalNetworks()

    private var sources: FactSourcesReading { FactSourcesReading(self["sources"]?.jsonStructure) }
}

/// `AUDIT_SOURCES`: who stated each fact, and how old it was, to the second.
struct FactSourcesReading {
    private let value: JSONValue?

    init(_ value: JSONValue?) { self.value = value }

    /// Whether there are any: the old program's records have none.
    var isThere: Bool { value != nil }

    func source(of kind: FactKind) -> FactSource {
        value?[kind.rawValue]?["source"]?.string.map(FactSource.init) ?? .none
    }

    func age(of kind: FactKind) -> Duration { .seconds(value?[kind.rawValue]?["age_s"]?.integer ?? 0) }

    func sourced<Value>(_ kind: FactKind, _ fact: Fact<Value>) -> Sourced<Value> {
        Sourced(fact, source: source(of: kind), age: age(of: kind))
    }
}
