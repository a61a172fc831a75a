package import AppPasswordCore

extension Settings {
    /// `[ldap]`: the directory of accounts.
    package struct LDAP: Sendable {
        /// The server's name or address, used without ``uri``; `localhost`.
        package var host = "localhost"
        /// The server's port, used without ``uri``; 389.
        package var port = 389
        /// Whether to switch to TLS with StartTLS (RFC 4511 section 4.14); false.
        package var startsTLS = false
        /// The CA file that certificates are checked against (`tls_cert`); nil: the system's.
        package var certificateAuthority: SettingsPath?
        /// Where accounts are searched.
        package var baseDN = ""
        /// The name to bind with; empty: anonymous.
        package var bindDN = ""
        /// The password to bind with (`password` or `password_file`).
        package var password: Secret?
        /// The server as `ldap://`, `ldaps://` or `ldapi://`, or several with blanks between, tried in this order, in place
        /// of host and port; nil: those are used.
        package var uri: String?
        /// The search filter (RFC 4515); `{username}` stands for the escaped login.
        package var filter = "(uid={username})"
        /// Accounts with one of these login shells are disabled; `/bin/false`.
        package var disabledShells = ["/bin/false"]
        /// Accounts with one of these home directories are disabled; `/dev/null`.
        package var disabledHomes = ["/dev/null"]
        /// How long a search or a bind may take; 2 s.
        package var timeout = Duration.seconds(2)
        /// How long an account's answer may be used again; 0: it is asked for every time.
        package var cacheTTL = Duration.zero

        /// The defaults, without a base.
        package init() {}

        init(reading table: TableReader) {
            let server = table.string("host", default: host)
            port = table.integer("port", default: port, in: 1...65_535)
            startsTLS = table.boolean("tls", default: startsTLS)
            certificateAuthority = table.path("tls_cert")
            baseDN = table.string("basedn", default: baseDN)
            bindDN = table.string("bind", default: bindDN)
            password = table.secret("password")
            if let servers = servers("uri", table.string("uri", default: ""), table), !servers.uris.isEmpty {
                uri = servers.text
            }
            readHost(server, table)
            readFilter(table)
            disabledShells = table.elements("disabled_shells", default: disabledShells, wants: "a path") { $0 }
            disabledHomes = table.elements("disabled_homes", default: disabledHomes, wants: "a path") { $0 }
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            cacheTTL = table.duration("cache_ttl", default: cacheTTL)
            table.finish()
            if table.isPresent { check(table) }
        }

        private func check(_ table: TableReader) {
            if baseDN.isEmpty { table.missing("basedn", "has to be set when there is an [ldap] table") }
            if !baseDN.isEmpty, !DistinguishedName.isValid(baseDN) {
                table.problem(
                    "basedn",
                    "\(Displayed.quoted(baseDN)) is not a distinguished name such as ou=users,dc=example,dc=com")
            }
            let isLDAPS = uri?.contains("ldaps://") ?? false
            if let certificateAuthority, startsTLS || isLDAPS { check(certificateAuthority, table) }
            if isLDAPS, startsTLS {
                table.problem("tls", "StartTLS and an ldaps:// URI exclude each other")
            }
            if !startsTLS { notePlainTraffic(table) }
            if !bindDN.isEmpty, password == nil {
                table.warning("bind", "without a password the server takes this for an anonymous bind (RFC 4513)")
            }
        }

        private func notePlainTraffic(_ table: TableReader) {
            for host in uri.map({ LDAPServers.plainHosts(of: $0) }) ?? [host] {
                let note = PlainTraffic.note(
                    to: host, risk: "reads the bind password and can make accounts and enable disabled ones",
                    remedy: "set tls = true, or an ldaps:// or ldapi:// uri")
                if let note { return table.warning(uri == nil ? "host" : "uri", note) }
            }
        }

        private func check(_ authority: SettingsPath, _ table: TableReader) {
            let (path, environment) = (authority.resolved, table.notes.environment)
            guard environment.isFile(path) else {
                return table.problem("tls_cert", "there is no file \(Displayed.quoted(path))")
            }
            do throws(UnreadableFile) {
                guard PEMCertificates.areIn(try environment.contents(path)) else {
                    return table.problem("tls_cert", "\(Displayed.quoted(path)) holds no certificate in PEM form")
                }
            } catch {
                table.problem("tls_cert", "\(Displayed.quoted(path)) cannot be read: \(error.reason)")
            }
        }

        /// A host; or, as the old program took it, a URI in its place.
        private mutating func readHost(_ text: String, _ table: TableReader) {
            if LDAPServers.isURI(text) {
                guard let servers = servers("host", text, table) else { return }
                if !table.isSet("uri") {
                    uri = table.isSet("port") ? servers.text(withPort: port) : servers.text
                    return table.warning("host", "is a URI, and taken for ldap.uri")
                }
            } else if let host = HostAndPort.host(text) {
                self.host = host
            } else {
                table.problem("host", "\(Displayed.quoted(text)) is not an address or a host name")
            }
            if uri != nil, table.isSet("host") || table.isSet("port") {
                table.warning("uri", "is used, ldap.host and ldap.port are not")
            }
        }

        private mutating func readFilter(_ table: TableReader) {
            let text = table.string("filter", default: filter)
            if let problem = LDAPFilterSyntax.problem(of: text) {
                table.problem("filter", "\(Displayed.quoted(text)) \(problem)")
            } else {
                filter = text
            }
        }

        /// The servers of a key's value; nil and a problem if they cannot be read. A base behind them is noted.
        private func servers(_ key: String, _ text: String, _ table: TableReader) -> LDAPServers? {
            do throws(LDAPServers.Problem) {
                let servers = try LDAPServers(text)
                if servers.bases.contains(where: { $0.lowercased() != baseDN.lowercased() }) {
                    table.warning(key, "the base behind the server is not used; ldap.basedn is")
                }
                return servers
            } catch {
                table.problem(key, "\(Displayed.quoted(text)) \(error.text)")
                return nil
            }
        }
    }
}
