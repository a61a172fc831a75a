package import AuditCore

/// Something that a login's address has in common with others, and that a line of a list can name.
package enum Trait: Hashable, Sendable {
    case network(IPPrefix)
    case netName(String)
    /// What PTR names end in, without the dot before it; in lower case.
    case hostSuffix(String)
    /// In lower case.
    case entity(String)
    case city(UInt32)
    case asName(String)
    case asNumber(UInt32)

    /// The lists that lines are suggested for.
    static let lists: [DenyListKind] = [
        .ipNetworks, .reverseHostname, .networkName, .entities, .asNumbers, .asNames, .geoLocationIDs,
    ]

    /// The list whose line names it.
    var list: DenyListKind {
        switch self {
        case .network: .ipNetworks
        case .netName: .networkName
        case .hostSuffix: .reverseHostname
        case .entity: .entities
        case .city: .geoLocationIDs
        case .asName: .asNames
        case .asNumber: .asNumbers
        }
    }

    /// The line.
    ///
    /// - Parameter matching: How lists of patterns are matched.
    func line(_ matching: PatternMatching) -> String {
        let end = matching == .prefix ? "\\Z" : ""
        return switch self {
        case .network(let prefix):
            prefix.length == prefix.address.family.bitWidth ? prefix.address.description : prefix.description
        case .netName(let name), .asName(let name): name.asPattern + end
        case .hostSuffix(let suffix): "(?i).*\\." + suffix.asPattern + end
        case .entity(let handle): handle.uppercased()
        case .city(let id): String(id)
        case .asNumber(let number): "AS\(number)"
        }
    }

    /// How much a line would meet besides, by its kind: of lines that do the same, the one with the lowest rank is taken.
    var rank: Int {
        switch self {
        case .network(let prefix) where prefix.length == prefix.address.family.bitWidth: 0
        case .netName: 1
        case .hostSuffix(let suffix): 2 + max(0, 20 - suffix.count { $0 == "." })
        case .network(let prefix): 200 - prefix.length
        case .entity: 300
        case .city: 301
        case .asName: 302
        case .asNumber: 303
        }
    }
}

extension Facts {
    /// What a line could name of the address, for somebody whose logins lines are looked for.
    ///
    /// None of a private address, which no list denies. Texts that do not fit into a line are left out.
    package var traitsToOffer: [Trait] {
        guard !isPrivate, let address else { return [] }
        var traits: [Trait] = []
        for address in [address] + (address.embeddedIPv4.map { [$0] } ?? []) {
            let lengths = address.family == .v4 ? [32, 24] : [128, 64, 48]
            traits += lengths.compactMap { IPPrefix(address, length: $0).map(Trait.network) }
            let registered = (network.value?.cidr ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
            for text in registered + [(origin.value?.prefix ?? "")[...]] {
                // A whole family, or as good as that, is a placeholder.
                guard let prefix = IPPrefix(text), prefix.contains(address), prefix.length >= 8 else { continue }
                if !traits.contains(.network(prefix)) { traits.append(.network(prefix)) }
            }
        }
        for trait in otherTraits {
            switch trait {
            case .netName(let text), .asName(let text): if text.fitsPatternLine { traits.append(trait) }
            case .entity(let text): if text.fitsLiteralLine { traits.append(trait) }
            case .hostSuffix(let text): if text.isOfferedSuffix { traits.append(trait) }
            case .city(let id): if id == geo.value?.city?.geonameID, id > 0 { traits.append(trait) }
            case .network, .asNumber: traits.append(trait)
            }
        }
        return traits
    }

    /// Everything but networks by which a line could meet the address.
    package var otherTraits: [Trait] {
        var traits: [Trait] = []
        if let network = network.value {
            if let name = network.name { traits.append(.netName(name)) }
            traits += network.entities.map { .entity($0.lowercased()) }
        }
        for name in reverseHost.value?.all ?? [] {
            let labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
            for index in labels.indices.dropFirst() {
                traits.append(.hostSuffix(labels[index...].joined(separator: ".")))
            }
        }
        traits += (origin.value?.asNumbers ?? []).map(Trait.asNumber)
        if let name = origin.value?.asName { traits.append(.asName(name)) }
        if let geo = geo.value {
            if let number = geo.asNumber { traits.append(.asNumber(number)) }
            if let name = geo.asOrganization { traits.append(.asName(name)) }
            let places = [geo.city, geo.country, geo.registeredCountry, geo.representedCountry, geo.continent]
            for place in places.compactMap(\.self) + geo.subdivisions {
                if let id = place.geonameID { traits.append(.city(id)) }
            }
        }
        return traits
    }
}

extension String {
    /// The text as a Python pattern that matches it and nothing else.
    var asPattern: String {
        var pattern = ""
        for (index, scalar) in unicodeScalars.enumerated() {
            // At the start of a line these would make it a comment.
            let opensComment = index == 0 && "#;/-".unicodeScalars.contains(scalar)
            if opensComment || "\\.^$*+?{}[]|()".unicodeScalars.contains(scalar) { pattern += "\\" }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern
    }

    /// Whether it can be a line, and nothing in it is hidden from who reads that.
    fileprivate var fitsPatternLine: Bool {
        (1...200).contains(utf8.count) && first != " " && last != " " && visible(limit: 1000) == self
            && !unicodeScalars.contains { $0.properties.isWhitespace && $0 != " " }
    }

    fileprivate var fitsLiteralLine: Bool {
        fitsPatternLine && utf8.allSatisfy { (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: ",") }
            && !["#", ";", "/", "-", "[", "{"].contains(prefix(1))
    }

    /// Whether it is the domain of somebody: two labels, or three under the likes of `co.uk`.
    fileprivate var isOfferedSuffix: Bool {
        let labels = split(separator: ".", omittingEmptySubsequences: false)
        guard utf8.allSatisfy({ $0.isLetterDigitHyphenDot }), labels.allSatisfy({ !$0.isEmpty }), labels.count >= 2
        else { return false }
        let isCountrys = labels[labels.count - 1].count == 2 && labels[labels.count - 2].count <= 3
        return labels.count >= (isCountrys ? 3 : 2)
    }
}

extension UInt8 {
    fileprivate var isLetterDigitHyphenDot: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
