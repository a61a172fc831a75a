/// A place where a server listens, and how it is spoken to there.
public struct Listener: Sendable {
    /// The place.
    package var address: ListenAddress
    /// For TLS; nil: none is spoken.
    package var tls: ServerTLS?

    /// Listens without TLS, unless it is told how.
    public init(_ address: ListenAddress, tls: ServerTLS? = nil) { (self.address, self.tls) = (address, tls) }
}
