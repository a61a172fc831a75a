package import AuditCore

/// A network of the administrator's own with the name its logins are shown with (`[audit.local_networks]`).
package struct LocalNetwork: Sendable, Hashable {
    /// The network, host bits masked off.
    package var prefix: IPPrefix
    /// Its name.
    package var name: String

    /// A network of one's own, and what records call it.
    package init(prefix: IPPrefix, name: String) {
        self.prefix = prefix
        self.name = name
    }
}
