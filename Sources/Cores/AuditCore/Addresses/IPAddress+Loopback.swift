extension IPAddress {
    /// Whether a host is this machine, whatever its name service says: a loopback address or `localhost`.
    ///
    /// - Parameter host: A name, or an address without brackets.
    package static func isLoopback(host: String) -> Bool {
        guard let address = IPAddress(host) else { return ["localhost", "localhost."].contains(host.lowercased()) }
        return ["127.0.0.0/8", "::1"].contains { IPPrefix($0)?.contains(address) ?? false }
    }
}
