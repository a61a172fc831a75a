import AuditCore
import Settings
import Whois

extension RegistryConfiguration {
    /// What `[lookup]` says of registries.
    ///
    /// - Parameter stateDirectory: Where a downloaded bootstrap is kept; nil for nowhere.
    init(_ settings: Settings, stateDirectory: String?) {
        self.init()
        self.stateDirectory = stateDirectory
        let lookup = settings.lookup
        asksRDAP = lookup.rdap.isEnabled
        switch lookup.rdap.bootstrap {
        case .shipped: bootstrap = .shipped
        case .url(let url): bootstrap = .url(url)
        case .directory(let path): bootstrap = .directory(path.resolved)
        }
        allowsHTTP = lookup.rdap.allowsHTTP
        spread = { $0 * Double.random(in: 0..<1) }
        product = "dovecot-web-auth/\(programVersion)"
        contact = lookup.rdap.contact
        asksWHOIS = lookup.whois.isEnabled
        for (name, server) in lookup.whois.servers {
            if let registry = Registry(rawValue: name) { whoisServers[registry] = Endpoint(server) }
        }
        asksCymru = lookup.cymru.isEnabled
        cymruWhoisServer = Endpoint(lookup.cymru.whoisServer)
        // More than a login waits, so that slow registries fill the cache; RDAP and WHOIS in turn must fit the timeout.
        timeout = min(.seconds(3), lookup.timeout / 2)
        rate = RequestLimit(lookup.rate.count, per: lookup.rate.interval)
    }
}

extension Endpoint {
    fileprivate init(_ server: HostAndPort) { self.init(host: server.host, port: server.port) }
}
