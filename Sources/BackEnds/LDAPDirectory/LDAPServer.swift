internal import Locks

/// One of the servers of the settings, shared by all lanes.
struct LDAPServer: Sendable {
    let uri: String
    /// Whether it is worth asking it.
    let circuit: Circuit
}
