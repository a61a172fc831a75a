/// How one list came out.
enum ListFinding {
    /// The list is not configured.
    case off
    /// No entry applies.
    case pass
    /// No entry applies to what is known, but a fact could not be had.
    case unknown
    /// An entry applies.
    case hit(Denial)

    var denial: Denial? {
        if case .hit(let denial) = self { denial } else { nil }
    }

    var outcome: RuleOutcome.Outcome {
        switch self {
        case .off: .off
        case .pass: .pass
        case .unknown: .unknown
        case .hit: .hit
        }
    }
}

extension DenyLists {
    /// Asks one list about the facts.
    ///
    /// - Complexity: Does not grow with the number of entries; allocates only for a hit and to fold entities' case.
    func finding(_ kind: DenyListKind, _ facts: Facts) -> ListFinding {
        guard let count = entryCount(of: kind) else { return .off }
        guard count > 0 else { return .pass }
        if let denial = denial(kind, facts) { return .hit(denial) }
        let (first, second) = troubles(kind, facts)
        return first == nil && second == nil ? .pass : .unknown
    }

    /// Why facts that the list asks for could not be had, of each of its sources; nil for none that is missed.
    ///
    /// AS numbers and names have two sources. One that the settings leave out is not missed as long as the other is
    /// there. MaxMind's AS number stands for one that could not be had; its organisation does not, having other words, and
    /// so it does not for a name that could not be had.
    func troubles(_ kind: DenyListKind, _ facts: Facts) -> (LookupError?, LookupError?) {
        switch kind {
        case .ipNetworks: return (nil, nil)
        case .reverseHostname: return (facts.reverseHost.trouble, nil)
        case .networkName, .networkCountry, .entities: return (facts.network.trouble, nil)
        case .asCountry: return (facts.origin.trouble, nil)
        case .geoLocationIDs, .coordinates: return (facts.geo.trouble, nil)
        case .asNumbers where facts.originOrMaxMind.trouble == nil && facts.geo.trouble == nil: return (nil, nil)
        case .asNumbers, .asNames:
            let origin = facts.origin.trouble ?? (kind == .asNames ? facts.origin.value?.asNameTrouble : nil)
            switch (origin?.code, facts.geo.trouble?.code) {
            case (nil, .notConfigured), (.notConfigured, nil): return (nil, nil)
            default: return (origin, facts.geo.trouble)
            }
        }
    }

    /// The denial that the list's first entry that applies stands for.
    private func denial(_ kind: DenyListKind, _ facts: Facts) -> Denial? {
        switch kind {
        case .ipNetworks:
            // An IPv4 address does not escape its networks by being wrapped.
            guard let list = ipNetworks, let address = facts.address,
                let match = list.index.match(address) ?? address.embeddedIPv4.flatMap({ list.index.match($0) })
            else { return nil }
            return .place("\(match.prefix)", matched: "ip", list.rule(match.number))
        case .reverseHostname: return hostname(facts)
        case .networkName:
            guard let list = networkName, let name = facts.network.value?.name,
                let line = list.index.firstMatch(in: name)
            else { return nil }
            return .place("network \(name)", matched: "net_name", list.rule(line))
        case .networkCountry: return country(facts.network.value?.country, in: networkCountry, matched: "net_cc")
        case .entities: return entity(facts)
        case .asNumbers: return asNumber(facts)
        case .asNames:
            guard let list = asNames,
                let line = facts.origin.value?.asName.flatMap({ list.index.firstMatch(in: $0) })
                    ?? facts.geo.value?.asOrganization.flatMap({ list.index.firstMatch(in: $0) })
            else { return nil }
            return .place(facts.organization ?? "this AS", matched: "as_desc", list.rule(line))
        case .asCountry: return country(facts.origin.value?.country, in: asCountry, matched: "as_cc")
        case .geoLocationIDs: return place(facts)
        case .coordinates: return circle(facts)
        }
    }

    /// The first line that any of the names meets; one that is not shown elsewhere is named.
    private func hostname(_ facts: Facts) -> Denial? {
        guard let list = reverseHostname, facts.reverseHost.trouble == nil else { return nil }
        let names = facts.reverseHost.value
        var (line, place) = (list.index.firstMatch(in: names?.first ?? "<>"), "this hostname")
        for name in names?.others ?? [] {
            guard let match = list.index.firstMatch(in: name), match < line ?? .max else { continue }
            (line, place) = (match, "the hostname \(name)")
        }
        return line.map { .place(place, matched: "rev_host", list.rule($0)) }
    }

    private func country(_ code: String?, in list: DenyList<[CountryCode: UInt32]>?, matched: String) -> Denial? {
        guard let list, let code = code.flatMap({ CountryCode($0.utf8) }), let line = list.index[code] else {
            return nil
        }
        return .place(CountryNames.name(of: code.text), matched: matched, list.rule(line))
    }

    private func entity(_ facts: Facts) -> Denial? {
        guard let list = entities, let network = facts.network.value else { return nil }
        for entity in network.entities {
            guard let line = list.index[entity.lowercased()] else { continue }
            return Denial(matched: "entity:\(entity)", rule: list.rule(line), text: "access denied")
        }
        return nil
    }

    private func asNumber(_ facts: Facts) -> Denial? {
        guard let list = asNumbers else { return nil }
        func denial(_ number: UInt32, called name: String?) -> Denial? {
            list.index[number].map { .place(name ?? "AS\(number)", matched: "asn", list.rule($0)) }
        }
        // Names are known of the first origin and of MaxMind's AS.
        let numbers = facts.origin.value?.asNumbers ?? []
        let (maxMind, organization) = (facts.geo.value?.asNumber, facts.geo.value?.asOrganization)
        for (index, number) in numbers.enumerated() {
            let name = index == 0 ? facts.organization : number == maxMind ? organization : nil
            if let denial = denial(number, called: name) { return denial }
        }
        return maxMind.flatMap { denial($0, called: organization) }
    }

    private func place(_ facts: Facts) -> Denial? {
        guard let list = geoLocationIDs, let geo = facts.geo.value else { return nil }
        func denial(_ place: Place?) -> Denial? {
            guard let id = place?.geonameID, let line = list.index[id] else { return nil }
            return .place(place?.name ?? "this location", matched: "geoid", list.rule(line))
        }
        if let denial = denial(geo.city) { return denial }
        for subdivision in geo.subdivisions {
            if let denial = denial(subdivision) { return denial }
        }
        return denial(geo.country) ?? denial(geo.registeredCountry) ?? denial(geo.representedCountry)
            ?? denial(geo.continent)
    }

    private func circle(_ facts: Facts) -> Denial? {
        guard let list = coordinates, let geo = facts.geo.value, let location = geo.location,
            (-90...90).contains(location.latitude), (-180...180).contains(location.longitude)
        else { return nil }
        let point = GreatCircle.point(latitude: location.latitude, longitude: location.longitude)
        let accuracy = Double(max(0, location.accuracyRadius ?? 0))
        guard let line = list.index.firstLine(holding: point, accuracy: accuracy) else { return nil }
        return .place(geo.city?.name ?? geo.country?.name ?? "this location", matched: "coords", list.rule(line))
    }
}

extension Denial {
    /// `access from X is forbidden`; X may come from foreign servers and is made harmless and short.
    fileprivate static func place(_ place: String, matched: String, _ rule: RuleReference) -> Denial {
        Denial(matched: matched, rule: rule, text: "access from \(place.visible()) is forbidden")
    }
}

extension Facts {
    /// Whose network it is: MaxMind's organisation, else the AS name.
    fileprivate var organization: String? { geo.value?.asOrganization ?? origin.value?.asName }
}
