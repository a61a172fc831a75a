extension Facts {
    /// The AS name shown for reserved space.
    package static let reservedASName = "IANA-RESERVED"
    /// The country code of local and reserved space.
    package static let localCountry = "ZZ"

    /// Fills in what follows from the address alone, and marks the rest as not asked.
    ///
    /// | address | private | network, origin | geo | PTR name |
    /// |---|---|---|---|---|
    /// | in a local network | by table | `ZZ`, the network's name; AS name `localLocationName`; source `local` | absent | not asked |
    /// | reserved | by table | `ZZ`, the block's name; AS name `IANA-RESERVED`; source `reserved` | not asked | not asked |
    /// | any other | no | not asked | not asked | not asked |
    /// | nil: a login over a local socket | yes | as a local network named `localLocationName` | absent | absent |
    ///
    /// An IPv6 address that wraps an IPv4 address (`IPAddress.embeddedIPv4`) is reserved if the IPv4 address is. It is never
    /// private, and in a local network only by itself: nobody gets into the house by wrapping an address of it.
    ///
    /// What is known or absent here needs no source; see `isSettled(_:)`.
    ///
    /// - Complexity: Under a microsecond.
    public init(address: IPAddress?, localNetworks: LocalNetworks, localLocationName: String) {
        self.address = address
        isPrivate = address?.isPrivate ?? true
        reserved = address.flatMap { ($0.embeddedIPv4 ?? $0).reservedBlock }
        localNetwork = if let address { localNetworks.name(of: address) } else { localLocationName }
        reverseHost = address == nil ? Sourced(.absent, source: .local) : .notAsked
        if let localNetwork {
            network = Sourced(
                .known(NetworkFacts(name: localNetwork, country: Self.localCountry)), source: .local)
            origin = Sourced(
                .known(OriginFacts(country: Self.localCountry, asName: localLocationName)), source: .local)
            geo = Sourced(.absent, source: .local)
        } else if let reserved {
            network = Sourced(
                .known(NetworkFacts(name: reserved.name, country: Self.localCountry)), source: .reserved)
            origin = Sourced(
                .known(OriginFacts(country: Self.localCountry, asName: Self.reservedASName)), source: .reserved)
            geo = .notAsked
        } else {
            network = .notAsked
            origin = .notAsked
            geo = .notAsked
        }
    }

    /// Whether the address is reserved or local, so that no registry is asked: `AUDIT_RESERVED`.
    package var isReserved: Bool { reserved != nil || localNetwork != nil }

    /// Whether a fact is known, or known not to exist.
    package func isSettled(_ kind: FactKind) -> Bool { trouble(with: kind) == nil }

    /// Whether a fact, or a part of it, could not be had.
    func lacks(_ kind: FactKind) -> Bool {
        trouble(with: kind) != nil || kind == .origin && origin.value?.asNameTrouble != nil
    }

    /// Why a fact could not be had; nil if it is known or absent.
    package func trouble(with kind: FactKind) -> LookupError? {
        switch kind {
        case .reverseHost: reverseHost.trouble
        case .network: network.trouble
        case .origin: origin.trouble
        case .geo: geo.trouble
        }
    }
}

extension Facts {
    /// The origin, or what MaxMind's AS database says in its place if it could not be had: number and organisation, marked
    /// as MaxMind's. MaxMind does not know the country a prefix is registered in, and has other words for organisations.
    package var originOrMaxMind: Sourced<OriginFacts> {
        guard origin.trouble != nil, let geo = geo.value, let number = geo.asNumber else { return origin }
        return Sourced(
            .known(OriginFacts(asNumbers: [number], prefix: geo.asNetwork, asName: geo.asOrganization)),
            source: .maxmind, age: self.geo.age)
    }
}

extension Sourced {
    /// Why the fact could not be had; nil if it is known or absent.
    package var trouble: LookupError? {
        if case .unavailable(let error) = fact { error } else { nil }
    }
}
