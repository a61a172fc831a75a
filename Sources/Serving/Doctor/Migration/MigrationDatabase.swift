internal import AppPasswordCore
internal import Settings

/// What the old database needs, and what it may have.
struct MigrationDatabase {
    private let settings: Settings
    /// Whether the file says where the database is, in a way that cannot be read.
    private let isUnread: Bool

    init(_ settings: Settings, isUnread: Bool) { (self.settings, self.isUnread) = (settings, isUnread) }

    var section: MigrationReport.Section {
        guard case .mariadb(let server) = settings.database.location else {
            return MigrationReport.Section(
                "Database",
                [
                    isUnread
                        ? "database.dsn cannot be read: this section follows once it is mended"
                        : "no MariaDB is named by database.dsn: app passwords would be in an SQLite file of the new service"
                ])
        }
        let (name, shellName) = (PastedText.sqlName(server.database), PastedText.shellWord(server.database))
        let dump = PastedText.shellWord(server.database + ".before.sql")
        let isLocal = server.unixSocket != nil || ["localhost", "127.0.0.1", "::1"].contains(server.host)
        let user = "\(PastedText.sqlQuoted(server.user))@`\(isLocal ? "localhost" : "%")`"
        var points = [
            "nothing has to be changed: the old tables and the old rights are enough for the service",
            "the service's rights, if they were more or fewer; the user is who SELECT CURRENT_USER() says it is",
            "with the old rights the webmail's plugin cannot revoke softly; it needs UPDATE (deleted)",
            "database/mariadb-upgrade.sql brings indexes, a fast view and binary names; it rewrites both tables, in a quiet hour. "
                + "Try it first on a copy: the old DDL cannot be loaded into MariaDB 10.11 (on update utc_timestamp(3)), a dump can",
            "it also makes app_password_limits; if app passwords are to be limited, give the service SELECT, INSERT (pwid, suspended), UPDATE (bound, announced, suspended) "
                + "on that table afterwards",
            "the lines that begin with -- are not for MariaDB but for a shell, in this order, the dump first",
        ]
        if server.unixSocket == nil, !isLocal, server.tlsCA == nil {
            points.append("\(server.host) is reached without TLS: add ssl_ca=… to the dsn")
        }
        return MigrationReport.Section(
            "Database", points,
            lines: [
                "GRANT SELECT ON \(name).app_passwords TO \(user);", "GRANT SELECT, INSERT ON \(name).log TO \(user);",
                "GRANT UPDATE (comment, deleted) ON \(name).app_passwords TO `roundcube`@`webmail.example.com`;",
                "-- mariadb-dump --single-transaction \(shellName) > \(dump)",
                "-- mariadb \(shellName) < database/mariadb-upgrade.sql",
            ])
    }
}
