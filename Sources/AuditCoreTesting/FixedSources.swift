public import AuditCore

/// Sources of facts that say the same of every address, at once; one that was told nothing knows nothing.
public struct FixedSources: ReverseResolver, NetworkSource, OriginSource, GeoSource {
    /// What reverse DNS says.
    public var names: Fact<PTRNames>
    /// What a registry says.
    public var network: Fact<NetworkFacts>
    /// What is said of who announces it.
    public var origin: Fact<OriginFacts>
    /// What a database of places says.
    public var place: Fact<GeoFacts>

    /// Says these; facts that are ``AuditCore/Fact/unavailable(_:)`` make it fail.
    public init(
        names: Fact<PTRNames> = .absent, network: Fact<NetworkFacts> = .absent, origin: Fact<OriginFacts> = .absent,
        place: Fact<GeoFacts> = .absent
    ) {
        (self.names, self.network, self.origin, self.place) = (names, network, origin, place)
    }

    /// All four of them, for an auditor or a gatherer.
    public var all: FactSources { FactSources(reverse: self, network: self, origin: self, geo: self) }

    /// Says ``names``.
    public func names(of address: IPAddress) async -> Sourced<PTRNames> { Sourced(names, source: .dns) }

    /// Says ``network``.
    public func network(of address: IPAddress) async -> Sourced<NetworkFacts> { Sourced(network, source: .rdap) }

    /// Says ``origin``.
    public func origin(of address: IPAddress) async -> Sourced<OriginFacts> { Sourced(origin, source: .cymruDNS) }

    /// Says ``place``.
    public func place(of address: IPAddress) -> Sourced<GeoFacts> { Sourced(place, source: .maxmind) }
}
