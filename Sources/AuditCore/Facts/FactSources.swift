/// The collaborators that know something about an address; those left nil are not asked.
public struct FactSources: Sendable {
    /// Reverse DNS.
    public var reverse: (any ReverseResolver)?
    /// The registries.
    public var network: (any NetworkSource)?
    /// Who announces the prefix.
    public var origin: (any OriginSource)?
    /// Local geographic databases.
    public var geo: (any GeoSource)?

    /// Names the sources.
    public init(
        reverse: (any ReverseResolver)? = nil, network: (any NetworkSource)? = nil, origin: (any OriginSource)? = nil,
        geo: (any GeoSource)? = nil
    ) {
        self.reverse = reverse
        self.network = network
        self.origin = origin
        self.geo = geo
    }
}
