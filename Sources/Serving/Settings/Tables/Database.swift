package import AppPasswordCore
internal import AuditCore

extension Settings {
    /// `[database]`: where the app passwords and their log are.
    package struct Database: Sendable {
        /// Where it is (`dsn`, spelled as SQLAlchemy's); nil: a SQLite file in the state directory.
        ///
        /// A relative SQLite path starts at ``Settings/baseDirectory``.
        package var location: DatabaseDSN?
        /// A replica that app passwords are read in (`read_dsn`); nil: they are read where they are written.
        package var replica: DatabaseServer?
        /// How far the replica may be behind; 1 s.
        package var longestReadLag = Duration.seconds(1)
        /// How many connections are kept; 8.
        package var poolSize = 8
        /// Whether each row of the log is flushed to disk before the login is answered; false.
        package var syncsSpool = false
        /// How large the spool may grow, in bytes; 256 MB.
        package var spoolMaximum = 256_000_000
        /// How long a query or a connect may take; 2 s.
        package var timeout = Duration.seconds(2)

        /// The defaults.
        package init() {}

        /// What only a restart takes into use.
        static let restartKeys = [
            RestartKey("database.spool_fsync", \.database.syncsSpool),
            RestartKey("database.spool_max", \.database.spoolMaximum),
        ]

        init(reading table: TableReader) {
            let dsn = table.secret("dsn", hasFile: false)
            let replica = table.secret("read_dsn", hasFile: false)
            longestReadLag = table.duration(
                "read_max_lag", default: longestReadLag, atLeast: .milliseconds(100), atMost: .seconds(60))
            poolSize = table.integer("pool_size", default: poolSize, in: 1...1000)
            syncsSpool = table.boolean("spool_fsync", default: syncsSpool)
            spoolMaximum = table.byteSize("spool_max", default: spoolMaximum, in: 65_536...1_000_000_000_000)
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            table.finish()
            location = dsn.flatMap { Self.read($0, "dsn", table) }
            guard let replica else { return }
            guard isMariaDB || dsn != nil && location == nil else {
                table.problem("read_dsn", "is a replica of a MariaDB server, which database.dsn does not name")
                return
            }
            guard let place = Self.read(replica, "read_dsn", ofSeveral: .any, table) else { return }
            guard case .mariadb(let server) = place else {
                table.problem("read_dsn", "has to name a MariaDB server")
                return
            }
            self.replica = server
            if server.target == .primary { table.problem("read_dsn", "target=primary is no replica") }
        }

        private static func read(
            _ dsn: Secret, _ key: String, ofSeveral target: DatabaseServer.Target = .primary, _ table: TableReader
        ) -> DatabaseDSN? {
            do throws(DatabaseDSNError) {
                let (location, notes) = try DatabaseDSN.read(dsn.revealed, ofSeveral: target)
                for note in notes { table.warning(key, note) }
                return checked(location, key, table)
            } catch {
                table.problem(key, error.description)
                return nil
            }
        }

        /// Resolves the paths of a server's certificates and looks at these, and says if it is reached without TLS.
        private static func checked(_ location: DatabaseDSN, _ key: String, _ table: TableReader) -> DatabaseDSN {
            guard case .mariadb(var server) = location else { return location }
            func checked(_ path: String?, _ option: String, holds label: String) -> String? {
                path.map { written in
                    let path = table.notes.resolved(written)
                    table.checkPEM(path, holds: label, of: key, option + ": ")
                    return path.resolved
                }
            }
            server.tlsCA = checked(server.tlsCA, "ssl_ca", holds: "CERTIFICATE")
            server.tlsCertificate = checked(server.tlsCertificate, "ssl_cert", holds: "CERTIFICATE")
            server.tlsKey = checked(server.tlsKey, "ssl_key", holds: "PRIVATE KEY")
            let remote = server.hosts.first { !IPAddress.isLoopback(host: $0.name) } ?? server.hosts[0]
            if server.unixSocket == nil, server.tlsCA == nil,
                let note = PlainTraffic.note(
                    to: remote.name, as: "the server",
                    risk: "can pose as the database and let himself in as anybody"
                        + (server.trustsServerKey
                            ? ", and with auth_plugin=caching_sha2_password read its password" : ""),
                    remedy: "give ssl_ca=…, or unix_socket=… on the same machine")
            {
                table.warning(key, note)
            }
            return .mariadb(server)
        }

        /// Whether the app passwords are in MariaDB or MySQL.
        package var isMariaDB: Bool {
            if case .mariadb = location { true } else { false }
        }
    }
}
