package import AuditCore

/// What a MariaDB or MySQL server says of the tables, and of what its user may do: for those who look for faults.
package struct DatabaseSurvey: Sendable {
    /// A column of one of the tables.
    package struct Column: Sendable, Equatable {
        /// `app_passwords`, `log` or `app_password_limits`.
        package var table: String
        /// Its name.
        package var name: String
        /// `latin1`, `utf8mb4`; nil if it holds no text.
        package var characterSet: String?
        /// `utf8mb4_general_ci`; nil if it holds no text.
        package var collation: String?
        /// What is written where a row has no value, as the server spells it.
        package var fallback: String?
    }

    /// An index of one of the tables.
    package struct Index: Sendable, Equatable {
        /// `app_passwords` or `log`.
        package var table: String
        /// The columns, the leading one first.
        package var columns: [String]
    }

    /// The server's version: `10.11.6-MariaDB`.
    package var version: String
    /// The account that the server takes us for: `mailserver@localhost`.
    package var user: String
    /// The database's name.
    package var database: String
    /// The server's time in UTC.
    package var time: Timestamp
    /// The server's time zone: `SYSTEM (CET)`, `+00:00`.
    package var timeZone: String
    /// Whether the server's local time is UTC.
    package var isInUTC: Bool
    /// How many connections our account may have.
    package var connectionLimit: Int
    /// The columns that we may see.
    package var columns: [Column]
    /// The indexes that we may see.
    package var indexes: [Index]
    /// The tables that we may see, with their engines in lower case: `innodb`.
    package var engines: [String: String]

    /// Whether there is a table for limits of app passwords, as far as we may see.
    package var hasLimits: Bool { columns.contains { $0.table == "app_password_limits" } }
}

/// Something that one side does with the tables.
package enum DatabaseRight: String, Sendable, CaseIterable {
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
    package static let ofService: [DatabaseRight] = [.readPasswords, .readLog, .writeLog]
    /// What it needs besides where there are limits.
    package static let ofLimits: [DatabaseRight] = [.readLimits, .bindPassword, .noteAnnouncement]
    /// What the webmail's plugin needs.
    package static let ofWebmail: [DatabaseRight] = [
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
