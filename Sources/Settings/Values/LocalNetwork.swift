public import AuditCore

/// A network of the administrator's own with the name its logins are shown with (`[audit.local_networks]`).
public struct LocalNetwork: Sendable, Hashable {
    /// The network, host bits masked off.
    public var prefix: IPPrefix
    /// Its name.
    public var name: String

    /// A network of one's own, and what records call it.
    public init(prefix: IPPrefix, name: String) {
        self.prefix = prefix
        self.name = name
    }
}
