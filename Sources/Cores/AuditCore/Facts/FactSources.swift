/// The collaborators that know something about an address; those left nil are not asked.
public struct FactSources: Sendable {
    /// Reverse DNS: the PTR names of an address (RFC 1035 section 3.5, RFC 3596 section 2.5), as spelled by the server.
    public var reverse: (any Lookup<PTRNames>)?
    /// The registries: the smallest registered network that holds the address.
    public var network: (any Lookup<NetworkFacts>)?
    /// Who announces it: the longest announced prefix that holds the address.
    public var origin: (any Lookup<OriginFacts>)?
    /// Local geographic databases.
    public var geo: (any GeoSource)?

    /// Names the sources.
    public init(
        reverse: (any Lookup<PTRNames>)? = nil, network: (any Lookup<NetworkFacts>)? = nil,
        origin: (any Lookup<OriginFacts>)? = nil, geo: (any GeoSource)? = nil
    ) {
        self.reverse = reverse
        self.network = network
        self.origin = origin
        self.geo = geo
    }
}
