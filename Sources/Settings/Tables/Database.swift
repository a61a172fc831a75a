public import AppPasswordCore

extension Settings {
    /// `[database]`: where the app passwords and their log are.
    public struct Database: Sendable {
        /// The connection string, spelled as SQLAlchemy's; nil: a SQLite file in the state directory.
        ///
        /// `mysql+pymysql://` (and `mysql://`, `mariadb://`) or `sqlite:///`. A relative SQLite path starts at
        /// ``Settings/baseDirectory``. Only the scheme has been checked.
        public var dsn: Secret?
        /// How many connections are kept; 8.
        public var poolSize = 8
        /// Whether each row of the log is flushed to disk before the login is answered; false.
        public var syncsSpool = false
        /// How large the spool may grow, in bytes; 256 MB.
        public var spoolMaximum = 256_000_000
        /// How long a query or a connect may take; 2 s.
        public var timeout = Duration.seconds(2)

        /// The schemes of connection strings that are understood.
        public static let schemes = ["mysql+pymysql://", "mysql://", "mariadb://", "sqlite:///"]

        /// The defaults.
        public init() {}

        init(reading table: TableReader) {
            dsn = table.secret("dsn", hasFile: false)
            poolSize = table.integer("pool_size", default: poolSize, in: 1...1000)
            syncsSpool = table.boolean("spool_fsync", default: syncsSpool)
            spoolMaximum = table.byteSize("spool_max", default: spoolMaximum, in: 65_536...1_000_000_000_000)
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            table.finish()
            if let dsn, !Self.schemes.contains(where: dsn.revealed.hasPrefix) {
                table.problem("dsn", "must begin with one of \(Self.schemes.joined(separator: " "))")
            }
        }

        /// Whether the app passwords are in MariaDB or MySQL.
        public var isMariaDB: Bool { dsn.map { !$0.revealed.hasPrefix("sqlite:") } ?? false }
    }
}
