import DNSResolver
import Settings

extension DNSConfiguration {
    /// `[lookup.dns]`.
    init(_ dns: Settings.DNS) {
        self.init()
        servers = dns.servers.map(\.description)
        timeout = dns.timeout
    }
}
