package import AppPasswordCore

extension Settings {
    /// Where a Redis, KeyDB or Valkey server is, and how to log in there: keys of `[cache]` and of `[shared]`.
    package struct RedisPlace: Sendable, Equatable {
        /// The server's name or address; `localhost`.
        package var host = "localhost"
        /// The server's port; 6379.
        package var port = 6379
        /// Several servers in place of host and port; with ``sentinel`` these are sentinels.
        package var hosts: [HostAndPort] = []
        /// What sentinels call the servers; nil: there are none.
        package var sentinel: String?
        /// Absolute path of a socket, in place of host and port; nil: those are used.
        package var unixSocket: SettingsPath?
        /// The user; empty: the server's default user.
        package var user = ""
        /// The password (`password` or `password_file`); nil: nobody logs in.
        package var password: Secret?
        /// The sentinels' password (`sentinel_password` or `sentinel_password_file`); nil: nobody logs in there.
        package var sentinelPassword: Secret?
        /// Whether TLS is spoken.
        package var usesTLS = false
        /// The CA file that certificates are checked against; nil: the system's.
        package var authority: SettingsPath?
        /// Our own certificate; nil: none is shown.
        package var certificate: SettingsPath?
        /// Its key.
        package var key: SettingsPath?

        /// The defaults.
        package init() {}

        /// - Parameter other: What is meant where a key is left out; of places that only where this table names none.
        init(reading table: TableReader, default other: RedisPlace = RedisPlace()) {
            self = other
            let places = ["host", "port", "hosts", "sentinel", "unix_socket"].filter { table.isSet($0) }
            if !places.isEmpty {
                let fresh = RedisPlace()
                (host, port, hosts) = (fresh.host, fresh.port, fresh.hosts)
                (sentinel, unixSocket) = (fresh.sentinel, fresh.unixSocket)
            }
            host = table.host("host", default: host)
            port = table.integer("port", default: port, in: 1...65_535)
            let name = table.string("sentinel", default: sentinel ?? "")
            sentinel = name.isEmpty ? nil : name
            let usual = sentinel == nil ? 6379 : 26_379
            hosts = table.elements("hosts", default: hosts, wants: "a server such as \"10.0.0.1:\(usual)\"") {
                HostAndPort($0, defaultPort: usual)
            }
            unixSocket = table.path("unix_socket") ?? unixSocket
            user = table.string("user", default: user)
            password = table.secret("password") ?? password
            sentinelPassword = table.secret("sentinel_password") ?? sentinelPassword
            usesTLS = table.boolean("tls", default: usesTLS)
            authority = table.path("ca") ?? authority
            certificate = table.path("cert") ?? certificate
            key = table.path("key") ?? key
        }

        /// Says what does not go together, and what is not safe.
        ///
        /// - Parameter risk: What somebody on the way can do, as in `whoever is on the way …`.
        func check(_ table: TableReader, risk: String) {
            if sentinel != nil, hosts.isEmpty {
                table.problem("sentinel", "needs hosts, the sentinels to ask")
            }
            if !hosts.isEmpty, table.isSet("hosts"), let other = ["host", "port"].first(where: { table.isSet($0) }) {
                table.problem(other, "set together with hosts: keep one of the two")
            }
            if unixSocket != nil, table.isSet("unix_socket"), !hosts.isEmpty {
                table.problem("unix_socket", "set together with hosts: keep one of the two")
            }
            if !user.isEmpty, password == nil { table.problem("user", "needs a password") }
            if (certificate == nil) != (key == nil) {
                table.problem(certificate == nil ? "key" : "cert", "cert and key go together")
            }
            if usesTLS {
                if let authority { table.checkPEM(authority, holds: "CERTIFICATE", of: "ca") }
                if let certificate { table.checkPEM(certificate, holds: "CERTIFICATE", of: "cert") }
                if let key { table.checkPEM(key, holds: "PRIVATE KEY", of: "key") }
            } else if authority != nil, table.isSet("ca") {
                table.warning("ca", "is not used without tls = true")
            }
            guard !usesTLS, unixSocket == nil else { return }
            for server in hosts.isEmpty ? [host] : hosts.map(\.host) {
                let note = PlainTraffic.note(
                    to: server, risk: risk,
                    remedy: "set tls = true, or use unix_socket or a tunnel on this machine")
                if let note { return table.warning(hosts.isEmpty ? "host" : "hosts", note) }
            }
        }
    }
}
