public import AppPasswordCore

extension Settings {
    /// `[ldap]`: the directory of accounts.
    public struct LDAP: Sendable {
        /// The server's name or address, used without ``uri``; `localhost`.
        public var host = "localhost"
        /// The server's port, used without ``uri``; 389.
        public var port = 389
        /// Whether to switch to TLS with StartTLS (RFC 4511 section 4.14); false.
        public var startsTLS = false
        /// The CA file that certificates are checked against (`tls_cert`); nil: the system's.
        public var certificateAuthority: SettingsPath?
        /// Where accounts are searched.
        public var baseDN = ""
        /// The name to bind with; empty: anonymous.
        public var bindDN = ""
        /// The password to bind with (`password` or `password_file`).
        public var password: Secret?
        /// The server as `ldap://`, `ldaps://` or `ldapi://`, or several with blanks between, tried in this order, in place
        /// of host and port; nil: those are used.
        public var uri: String?
        /// The search filter (RFC 4515); `{username}` stands for the escaped login.
        public var filter = "(uid={username})"
        /// Accounts with one of these login shells are disabled; `/bin/false`.
        public var disabledShells = ["/bin/false"]
        /// Accounts with one of these home directories are disabled; `/dev/null`.
        public var disabledHomes = ["/dev/null"]
        /// How long a search or a bind may take; 2 s.
        public var timeout = Duration.seconds(2)
        /// How long an account's answer may be used again; 0: it is asked for every time.
        public var cacheTTL = Duration.zero

        /// The defaults, without a base.
        public init() {}

        init(reading table: TableReader) {
            host = table.parsed("host", default: host, wants: "an address or a host name") {
                HostAndPort.isHost($0) ? $0 : nil
            }
            port = table.integer("port", default: port, in: 1...65_535)
            startsTLS = table.boolean("tls", default: startsTLS)
            certificateAuthority = table.path("tls_cert")
            baseDN = table.string("basedn", default: baseDN)
            bindDN = table.string("bind", default: bindDN)
            password = table.secret("password")
            uri = table.parsed("uri", default: nil, wants: "a URI such as ldaps://ldap.example.com") { text in
                let servers = Self.servers(of: text)
                return servers.allSatisfy(Self.isServer) ? .some(servers.isEmpty ? nil : text) : nil
            }
            filter = table.parsed("filter", default: filter, wants: "a filter that contains {username}") {
                $0.contains("{username}") ? $0 : nil
            }
            disabledShells = table.elements("disabled_shells", default: disabledShells, wants: "a path") { $0 }
            disabledHomes = table.elements("disabled_homes", default: disabledHomes, wants: "a path") { $0 }
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            cacheTTL = table.duration("cache_ttl", default: cacheTTL)
            table.finish()
            if table.isPresent { check(table) }
        }

        private func check(_ table: TableReader) {
            if baseDN.isEmpty { table.missing("basedn", "has to be set when there is an [ldap] table") }
            if uri != nil, table.isSet("host") || table.isSet("port") {
                table.warning("uri", "is used, ldap.host and ldap.port are not")
            }
            let isLDAPS = Self.servers(of: uri ?? "").contains { $0.hasPrefix("ldaps:") }
            if let certificateAuthority, startsTLS || isLDAPS,
                !table.notes.environment.isFile(certificateAuthority.resolved)
            {
                table.problem("tls_cert", "there is no file \(Displayed.quoted(certificateAuthority.resolved))")
            }
            if isLDAPS, startsTLS {
                table.problem("tls", "StartTLS and an ldaps:// URI exclude each other")
            }
            if !startsTLS { notePlainTraffic(table) }
            if !bindDN.isEmpty, password == nil {
                table.warning("bind", "without a password the server takes this for an anonymous bind (RFC 4513)")
            }
        }

        private func notePlainTraffic(_ table: TableReader) {
            let hosts =
                uri.map { uri in
                    Self.servers(of: uri).filter { $0.lowercased().hasPrefix("ldap://") }.compactMap {
                        let server = $0.dropFirst("ldap://".count)
                        return HostAndPort(
                            String(server.hasSuffix("/") ? server.dropLast() : server), defaultPort: 389)?.host
                    }
                } ?? [host]
            for host in hosts {
                let note = PlainTraffic.note(
                    to: host, risk: "reads the bind password and can make accounts and enable disabled ones",
                    remedy: "set tls = true, or an ldaps:// or ldapi:// uri")
                if let note { return table.warning(uri == nil ? "host" : "uri", note) }
            }
        }

        private static func servers(of text: String) -> [Substring] { text.split { $0.isWhitespace } }

        private static func isServer(_ uri: Substring) -> Bool {
            uri.hasPrefix("ldapi://")
                || ["ldap://", "ldaps://"].contains { scheme in
                    guard uri.hasPrefix(scheme) else { return false }
                    let server = uri.dropFirst(scheme.count)
                    return HostAndPort(String(server.hasSuffix("/") ? server.dropLast() : server), defaultPort: 389)
                        != nil
                }
        }
    }
}
