public import AuditCore

/// What a MariaDB or MySQL server says of the tables, and of what its user may do: for those who look for faults.
public struct DatabaseSurvey: Sendable {
    /// A column of one of the tables.
    public struct Column: Sendable, Equatable {
        /// `app_passwords`, `log` or `app_password_limits`.
        public var table: String
        /// Its name.
        public var name: String
        /// `latin1`, `utf8mb4`; nil if it holds no text.
        public var characterSet: String?
        /// `utf8mb4_general_ci`; nil if it holds no text.
        public var collation: String?
        /// What is written where a row has no value, as the server spells it.
        public var fallback: String?
    }

    /// An index of one of the tables.
    public struct Index: Sendable, Equatable {
        /// `app_passwords` or `log`.
        public var table: String
        /// The columns, the leading one first.
        public var columns: [String]
    }

    /// The server's version: `10.11.6-MariaDB`.
    public var version: String
    /// The account that the server takes us for: `mailserver@localhost`.
    public var user: String
    /// The database's name.
    public var database: String
    /// The server's time in UTC.
    public var time: Timestamp
    /// The server's time zone: `SYSTEM (CET)`, `+00:00`.
    public var timeZone: String
    /// Whether the server's local time is UTC.
    public var isInUTC: Bool
    /// How many connections our account may have.
    public var connectionLimit: Int
    /// The columns that we may see.
    public var columns: [Column]
    /// The indexes that we may see.
    public var indexes: [Index]
    /// The tables that we may see, with their engines in lower case: `innodb`.
    public var engines: [String: String]

    /// Whether there is a table for limits of app passwords, as far as we may see.
    public var hasLimits: Bool { columns.contains { $0.table == "app_password_limits" } }
}

/// Something that one side does with the tables.
public enum DatabaseRight: String, Sendable, CaseIterable {
    /// A login reads app passwords.
    case readPasswords
    /// The rows of an interrupted write are looked for.
    case readLog
    /// Uses are written.
    case writeLog
    /// A login reads what limits a password.
    case readLimits
    /// A first login fixes what a password is bound to.
    case bindPassword
    /// What has been announced is noted.
    case noteAnnouncement
    /// The webmail's plugin lists passwords with their last use.
    case listPasswords
    /// It makes one.
    case addPassword
    /// It renames one.
    case renamePassword
    /// It revokes one and keeps it.
    case revokePassword

    /// What the service itself needs.
    public static let ofService: [DatabaseRight] = [.readPasswords, .readLog, .writeLog]
    /// What it needs besides where there are limits.
    public static let ofLimits: [DatabaseRight] = [.readLimits, .bindPassword, .noteAnnouncement]
    /// What the webmail's plugin needs.
    public static let ofWebmail: [DatabaseRight] = [
        .listPasswords, .addPassword, .renamePassword, .revokePassword, .readLog,
    ]

    /// The statement that tries it; it is rolled back. Those of the webmail meet no row.
    var statement: String {
        switch self {
        case .readPasswords: "SELECT id, uid, password, deleted, created FROM app_passwords LIMIT 1"
        case .readLog: "SELECT id, pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp` FROM log LIMIT 1"
        case .writeLog:
            """
            INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`) \
            SELECT id, 'doctor', NULL, NULL, NULL, NULL, UTC_TIMESTAMP(3) FROM app_passwords ORDER BY id LIMIT 1
            """
        case .readLimits: "SELECT * FROM app_password_limits LIMIT 1"
        case .bindPassword: "UPDATE app_password_limits SET bound = NULL WHERE pwid = -1"
        case .noteAnnouncement: "UPDATE app_password_limits SET announced = NULL WHERE pwid = -1"
        case .listPasswords: "SELECT * FROM app_passwords_with_log WHERE uid = '' AND deleted IS NULL"
        case .addPassword:
            """
            INSERT INTO app_passwords (uid, password, created) SELECT '', '', UTC_TIMESTAMP() FROM DUAL WHERE 1 = 0
            """
        case .renamePassword: "UPDATE app_passwords SET comment = '' WHERE id = -1"
        case .revokePassword: "UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3) WHERE id = -1"
        }
    }

    /// Whether it changes rows.
    var isChange: Bool {
        switch self {
        case .readPasswords, .readLog, .readLimits, .listPasswords: false
        case .writeLog, .bindPassword, .noteAnnouncement, .addPassword, .renamePassword, .revokePassword: true
        }
    }
}
