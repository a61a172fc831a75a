package import AuditCore

/// Names from the hosts file alone: for a service that may ask nobody.
package struct HostsFileResolver: Lookup {
    private let hosts: HostsFile

    /// Reads the file.
    package init(path: String = "/etc/hosts") { hosts = HostsFile(path: path) }

    /// The file's name for the address; else `.unavailable` with ``LookupError/Code/offline``.
    package func fact(about address: IPAddress) async -> Sourced<PTRNames> { find(address) }

    /// The same: the file was read when this was made.
    package func factAtHand(about address: IPAddress) -> Sourced<PTRNames>? { find(address) }

    private func find(_ address: IPAddress) -> Sourced<PTRNames> {
        hosts.name(of: address).map { Sourced(.known(PTRNames($0)), source: .dns) }
            ?? Sourced(.unavailable(LookupError(.offline)), source: .none)
    }
}
