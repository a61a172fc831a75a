/// All that a list can ask for, as JSON on one line: `AUDIT_FACTS` of the records, from which a login can be judged again.
///
/// ```
/// {"rev_host":["a.example.net"],
///  "network":{"name":"VK-FRONT","cc":"RU","cidr":"176.112.168.0/21","handle":"…","entities":["VKNC"]},
///  "origin":{"as":[47764],"prefix":"176.112.168.0/21","cc":"RU","name":"VK-AS, RU"},
///  "geo":{"as":47541,"as_org":"LLC VK","as_prefix":"…","city":[550478,"Khasavyurt"],"subdivisions":[[567293,"Dagestan","DA"]],
///         "country":[2017370,"Russia","RU"],"location":[43.2465,46.59,20,"Europe/Moscow"]},
///  "private":true,"local_network":"Network 1",
///  "unavailable":{"origin":"timed out"},"late":{"network":"timed out"},"later":["rev_host"]}
/// ```
///
/// What is missing is absent, or is nothing. `unavailable` are facts that could not be had, with the reason (`as_name`: the name
/// of the first AS); `late` those that came after the verdict had waited for them, with what was the matter then; `later` those
/// that came after a verdict that did not need them. A place is its number, name and code; a location latitude, longitude,
/// radius and time zone. Where a reason has a detail, the two are an array. `cut`: not all of the network stands here, for its length.
package struct FactsText {
    /// How many bytes there are to be at most, as they are written: journald and those who read it back cut fields of 65,536.
    static let longest = 60_000
    /// How many of them a network may take.
    static let longestNetwork = 40_000

    /// The object.
    package private(set) var text = ""
    private var isEmpty = true
    private var isCut = false

    /// Writes facts down.
    ///
    /// - Complexity: Linear in what is written; nothing is built in between.
    package init(_ facts: Facts, missing: MissingFacts) {
        text.reserveCapacity(768)
        text += "{"
        if let names = facts.reverseHost.value { list("rev_host", names.all) { $0.string($1) } }
        let rest = FactsText(besidesNames: facts, missing: missing)
        if let network = facts.network.value {
            let room = Self.longest - text.utf8.count - rest.text.utf8.count
            object("network") { $0.write(network, in: min(Self.longestNetwork, room)) }
        }
        if isCut { raw("cut", "true") }
        if !isEmpty, !rest.isEmpty { text += "," }
        text += rest.text
        text += "}"
    }

    /// The members that others have no say in how long they are.
    private init(besidesNames facts: Facts, missing: MissingFacts) {
        text.reserveCapacity(512)
        if let origin = facts.origin.value { object("origin") { $0.write(origin) } }
        if let geo = facts.geo.value { object("geo") { $0.write(geo) } }
        if facts.isPrivate { raw("private", "true") }
        member("local_network", facts.localNetwork)
        writeTroubles(of: facts)
        writeLate(of: facts, missing)
    }

    /// Writes what of a network fits into so many bytes.
    private mutating func write(_ network: NetworkFacts, in room: Int) {
        let end = text.utf8.count + room
        fit(before: end) { $0.member("name", network.name) }
        member("cc", network.country)
        fit(before: end) { $0.member("cidr", network.cidr) }
        fit(before: end) { $0.member("handle", network.handle) }
        guard !network.entities.isEmpty else { return }
        name("entities")
        text += "["
        for (index, entity) in network.entities.enumerated() {
            let fits = fit(before: end) { text in
                if index > 0 { text.text += "," }
                text.string(entity)
            }
            if !fits { break }
        }
        text += "]"
    }

    /// Writes something, or takes it back if it does not fit.
    @discardableResult private mutating func fit(before end: Int, _ write: (inout FactsText) -> Void) -> Bool {
        let (length, wasEmpty) = (text.utf8.count, isEmpty)
        write(&self)
        guard text.utf8.count > end else { return true }
        text.removeSubrange(text.utf8.index(text.startIndex, offsetBy: length)...)
        (isEmpty, isCut) = (wasEmpty, true)
        return false
    }

    private mutating func write(_ origin: OriginFacts) {
        if !origin.asNumbers.isEmpty { list("as", origin.asNumbers) { $0.text += String($1) } }
        member("prefix", origin.prefix)
        member("cc", origin.country)
        member("name", origin.asName)
    }

    private mutating func write(_ geo: GeoFacts) {
        if let number = geo.asNumber { raw("as", String(number)) }
        member("as_org", geo.asOrganization)
        member("as_prefix", geo.asNetwork)
        member("city", geo.city)
        if !geo.subdivisions.isEmpty { list("subdivisions", geo.subdivisions) { $0.place($1) } }
        member("country", geo.country)
        member("registered_country", geo.registeredCountry)
        member("represented_country", geo.representedCountry)
        member("continent", geo.continent)
        member("postal_code", geo.postalCode)
        // JSON has no words for what is no number; no circle holds it either.
        guard let location = geo.location, location.latitude.isFinite, location.longitude.isFinite else { return }
        name("location")
        text += "[\(location.latitude),\(location.longitude),"
        text += location.accuracyRadius.map { String($0) } ?? "null"
        text += ","
        optional(location.timeZone)
        text += "]"
    }

    private mutating func writeTroubles(of facts: Facts) {
        let asName = facts.origin.value?.asNameTrouble
        guard asName != nil || FactKind.allCases.contains(where: { facts.trouble(with: $0) != nil }) else { return }
        object("unavailable") { text in
            for kind in FactKind.allCases {
                if let error = facts.trouble(with: kind) { text.member(kind.rawValue, error) }
            }
            if let asName { text.member("as_name", asName) }
        }
    }

    private mutating func writeLate(of facts: Facts, _ missing: MissingFacts) {
        var (late, later): (Int, Int) = (0, 0)
        for kind in FactKind.allCases where missing.late(kind, now: facts) != nil {
            if missing.waitedFor.contains(kind) { late += 1 } else { later += 1 }
        }
        if late > 0 {
            object("late") { text in
                for kind in FactKind.allCases where missing.waitedFor.contains(kind) {
                    if let error = missing.late(kind, now: facts) { text.member(kind.rawValue, error) }
                }
            }
        }
        if later > 0 {
            let kinds = FactKind.allCases.lazy.filter {
                !missing.waitedFor.contains($0) && missing.late($0, now: facts) != nil
            }
            list("later", kinds) { $0.string($1.rawValue) }
        }
    }

    // MARK: JSON

    private mutating func name(_ name: String) {
        text += isEmpty ? "\"" : ",\""
        text += name
        text += "\":"
        isEmpty = false
    }

    private mutating func string(_ value: String) { value.appendJSON(to: &text) }

    private mutating func optional(_ value: String?) { if let value { string(value) } else { text += "null" } }

    private mutating func raw(_ name: String, _ json: String) {
        self.name(name)
        text += json
    }

    private mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        self.name(name)
        string(value)
    }

    private mutating func member(_ name: String, _ value: Place?) {
        guard let value else { return }
        self.name(name)
        place(value)
    }

    private mutating func member(_ name: String, _ error: LookupError) {
        self.name(name)
        if error.detail.isEmpty { return string(error.code.name) }
        text += "["
        string(error.code.name)
        text += ","
        string(error.detail)
        text += "]"
    }

    private mutating func place(_ place: Place) {
        text += "["
        text += place.geonameID.map { String($0) } ?? "null"
        text += ","
        optional(place.name)
        if let code = place.code {
            text += ","
            string(code)
        }
        text += "]"
    }

    private mutating func object(_ name: String, _ write: (inout FactsText) -> Void) {
        self.name(name)
        text += "{"
        isEmpty = true
        write(&self)
        isEmpty = false
        text += "}"
    }

    private mutating func list<Item>(
        _ name: String, _ items: some Sequence<Item>, _ write: (inout FactsText, Item) -> Void
    ) {
        self.name(name)
        text += "["
        var isFirst = true
        for item in items {
            if !isFirst { text += "," }
            isFirst = false
            write(&self, item)
        }
        text += "]"
    }
}
