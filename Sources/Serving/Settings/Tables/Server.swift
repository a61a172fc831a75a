package import AppPasswordCore
internal import AuditCore

extension Settings {
    /// `[server]`: where the program listens, and what it takes on.
    package struct Server: Sendable {
        /// The address or host name to listen on; `127.0.0.1`.
        package var host = "127.0.0.1"
        /// The TCP port; 8000; 0 lets the system choose.
        package var port = 8000
        /// Whether ``host`` may be one that other machines reach, though it is listened on without TLS.
        package var allowsPlaintext = false
        /// Whether ``host`` and ``port`` are listened on: unless they are left out and there are others.
        package var listensOnHost = true
        /// Other places to listen at: `[[server.listen]]`.
        package var listen: [Listener] = []
        /// What clients have to send as bearer token (`token` or `token_file`); nil: none is asked for.
        package var token: Secret?
        /// The largest request body in bytes; 65,536.
        package var maximumBody = 65_536
        /// How many requests may be under way at a time; 1024.
        package var maximumInFlight = 1024
        /// How long SIGTERM leaves those who look at `/readyz` to look elsewhere before nothing is accepted any more; 2 s.
        package var drain = Duration.seconds(2)
        /// Absolute path of the directory for spool, embedded database and caches; `$STATE_DIRECTORY`, else `./var`.
        package var stateDirectory = "/var/lib/dovecot-web-auth"

        /// The defaults.
        package init() {}

        /// What only a restart takes into use.
        static let restartKeys = [
            RestartKey("server.host", \.server.host),
            RestartKey("server.port", \.server.port),
            RestartKey("server.listen", \.server.listen),
            RestartKey("server.state_directory", \.server.stateDirectory),
        ]

        init(reading table: TableReader, overrides: SettingsOverrides) {
            host = table.host("host", default: host)
            port = table.integer("port", default: port, in: 0...65_535)
            allowsPlaintext = table.boolean("insecure_plaintext", default: allowsPlaintext)
            let read = table.tables("listen").map { (table: $0, listener: Listener(reading: $0)) }
            listen = read.compactMap(\.listener)
            token = table.secret("token")
            maximumBody = table.byteSize("max_body", default: maximumBody, in: 1024...16_777_216)
            maximumInFlight = table.integer("max_in_flight", default: maximumInFlight, in: 1...1_000_000)
            drain = table.duration("drain", default: drain, atMost: .seconds(60))
            let environment = table.notes.environment
            stateDirectory = table.path("state_directory")?.resolved ?? Self.defaultStateDirectory(environment)
            table.finish()
            apply(overrides, to: table)
            let namesHost = table.isSet("host") || table.isSet("port") || overrides.host != nil || overrides.port != nil
            listensOnHost = namesHost || listen.isEmpty
            if let token, !token.revealed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                let key = table.isSet("token_file") ? "token_file" : "token"
                table.problem(key, "must be visible ASCII without blanks, as it is sent in a header")
            }
            checkListeners(read, of: table)
        }

        /// Reports listeners that would let others in or give passwords away, and those that are there twice.
        private func checkListeners(_ read: [(table: TableReader, listener: Listener?)], of table: TableReader) {
            var all = read.compactMap { entry in entry.listener.map { (entry.table, "address", $0) } }
            if listensOnHost { all.insert((table, "host", ownListener), at: 0) }
            var seen: Set<Listener.Address> = []
            for (table, key, listener) in all {
                listener.check(table, at: key, hasToken: token != nil)
                if case .tcp(_, 0) = listener.address { continue }
                if !seen.insert(listener.address).inserted {
                    table.problem(key, "\(listener.address) is listened on twice")
                }
            }
        }

        /// Every place where the program listens, at least one.
        package var listeners: [Listener] { (listensOnHost ? [ownListener] : []) + listen }

        /// ``host`` and ``port``.
        private var ownListener: Listener {
            var listener = Listener(.tcp(host: host, port: port))
            listener.allowsPlaintext = allowsPlaintext
            return listener
        }

        private mutating func apply(_ overrides: SettingsOverrides, to table: TableReader) {
            if let given = overrides.host {
                if let host = HostAndPort.host(given) {
                    self.host = host
                } else {
                    table.problem("host", "--host \(Displayed.quoted(given)) is not an address or a host name")
                }
            }
            if let port = overrides.port {
                self.port = port
                if !(0...65_535).contains(port) {
                    table.problem("port", "--port \(port) is not within 0 to 65535")
                }
            }
        }

        /// The first directory of `$STATE_DIRECTORY` (systemd.exec(5)), else `var` in the working directory.
        static func defaultStateDirectory(_ environment: SettingsEnvironment) -> String {
            let given = environment.variables["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
            return environment.absolute(given ?? "var", from: environment.workingDirectory)
        }
    }
}

/// What the command line sets in place of the file.
package struct SettingsOverrides: Sendable {
    /// `--host`.
    package var host: String?
    /// `--port`.
    package var port: Int?
    /// `--offline`: sets `lookup.offline`.
    package var isOffline: Bool

    /// Makes overrides.
    package init(host: String? = nil, port: Int? = nil, isOffline: Bool = false) {
        self.host = host
        self.port = port
        self.isOffline = isOffline
    }
}
