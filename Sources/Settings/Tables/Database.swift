public import AppPasswordCore

extension Settings {
    /// `[database]`: where the app passwords and their log are.
    public struct Database: Sendable {
        /// Where it is (`dsn`, spelled as SQLAlchemy's); nil: a SQLite file in the state directory.
        ///
        /// A relative SQLite path starts at ``Settings/baseDirectory``.
        public var location: DatabaseDSN?
        /// How many connections are kept; 8.
        public var poolSize = 8
        /// Whether each row of the log is flushed to disk before the login is answered; false.
        public var syncsSpool = false
        /// How large the spool may grow, in bytes; 256 MB.
        public var spoolMaximum = 256_000_000
        /// How long a query or a connect may take; 2 s.
        public var timeout = Duration.seconds(2)

        /// The defaults.
        public init() {}

        init(reading table: TableReader) {
            let dsn = table.secret("dsn", hasFile: false)
            poolSize = table.integer("pool_size", default: poolSize, in: 1...1000)
            syncsSpool = table.boolean("spool_fsync", default: syncsSpool)
            spoolMaximum = table.byteSize("spool_max", default: spoolMaximum, in: 65_536...1_000_000_000_000)
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            table.finish()
            guard let dsn else { return }
            do throws(DatabaseDSNError) {
                location = try DatabaseDSN(dsn.revealed)
            } catch {
                table.problem("dsn", error.description)
            }
        }

        /// Whether the app passwords are in MariaDB or MySQL.
        public var isMariaDB: Bool {
            if case .mariadb = location { true } else { false }
        }
    }
}
