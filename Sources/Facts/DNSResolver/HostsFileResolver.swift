package import AuditCore

/// Names from the hosts file alone: for a service that may ask nobody.
package struct HostsFileResolver: NameSource {
    private let hosts: HostsFile

    /// Reads the file.
    package init(path: String = "/etc/hosts") { hosts = HostsFile(path: path) }

    /// The file's name.
    package func fixedName(of address: IPAddress) -> PTRNames? { hosts.name(of: address).map { PTRNames($0) } }

    /// Asks nobody: `.unavailable` with ``LookupError/Code/offline``.
    package func answer(about address: IPAddress) async -> NameAnswer {
        NameAnswer(.unavailable(LookupError(.offline)), lifetime: .zero)
    }
}
