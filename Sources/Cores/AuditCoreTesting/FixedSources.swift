public import AuditCore

/// Sources of facts that say the same of every address, at once; one that was told nothing knows nothing.
public struct FixedSources: GeoSource {
    /// What reverse DNS says.
    package var names: Fact<PTRNames>
    /// What a registry says.
    package var network: Fact<NetworkFacts>
    /// What is said of who announces it.
    package var origin: Fact<OriginFacts>
    /// What a database of places says.
    package var place: Fact<GeoFacts>

    /// Says these; facts that are ``AuditCore/Fact/unavailable(_:)`` make it fail.
    public init(
        names: Fact<PTRNames> = .absent, network: Fact<NetworkFacts> = .absent, origin: Fact<OriginFacts> = .absent,
        place: Fact<GeoFacts> = .absent
    ) {
        (self.names, self.network, self.origin, self.place) = (names, network, origin, place)
    }

    /// All four of them, for an auditor or a gatherer.
    public var all: FactSources {
        FactSources(
            reverse: FixedLookup(names, source: .dns), network: FixedLookup(network, source: .rdap),
            origin: FixedLookup(origin, source: .cymruDNS), geo: self)
    }

    /// Says ``place``.
    public func place(of address: IPAddress) -> Sourced<GeoFacts> { Sourced(place, source: .maxmind) }
}
