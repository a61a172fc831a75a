package import AppPasswordCore

/// Which database holds the app passwords: the setting `[database] dsn`, read as SQLAlchemy reads it.
///
/// `mysql+pymysql://user:pass@host:port/database?option=value`, with `mysql` or `mariadb` and any driver's name for the
/// same, in any case; `sqlite:///relative/path` and `sqlite:////absolute/path`. User, password and database are
/// percent-decoded; a `%` that begins no escape stands for itself.
package enum DatabaseDSN: Sendable, Equatable {
    /// A MariaDB or MySQL server.
    case mariadb(DatabaseServer)
    /// A file, as written: relative to the settings file, or absolute; `:memory:` too.
    case sqlite(path: String)

    /// Reads a DSN.
    ///
    /// - Throws: ``DatabaseDSNError`` saying what is wrong; it never quotes a user, password or host.
    package init(_ text: String) throws(DatabaseDSNError) { self = try Self.read(text).dsn }

    /// Reads a DSN, with notes on the options in it that change nothing here.
    ///
    /// - Parameter target: Which of several servers are of use where the DSN does not say.
    /// - Throws: ``DatabaseDSNError`` saying what is wrong; neither it nor the notes quote a user, password or host.
    package static func read(
        _ text: String, ofSeveral target: DatabaseServer.Target = .primary
    ) throws(DatabaseDSNError) -> (dsn: DatabaseDSN, notes: [String]) {
        let url = try DatabaseURL(text)
        var options = DatabaseOptions(url.options)
        let dsn: DatabaseDSN
        switch url.dialect {
        case "mysql", "mariadb": dsn = .mariadb(try DatabaseServer(url, &options, ofSeveral: target))
        case "sqlite": dsn = .sqlite(path: try path(of: url, &options))
        default: throw DatabaseDSNError.noDialect
        }
        return (dsn, options.notes)
    }

    private static func path(of url: DatabaseURL, _ options: inout DatabaseOptions) throws(DatabaseDSNError) -> String {
        guard ["", "pysqlite", "aiosqlite"].contains(url.driver) else {
            throw DatabaseDSNError("sqlite is read without a driver's name, or with pysqlite or aiosqlite")
        }
        guard url.isWithoutServer, let path = url.database else {
            throw DatabaseDSNError("a path follows sqlite:///, an absolute one sqlite:////")
        }
        guard !path.isEmpty else { throw DatabaseDSNError("names no database file") }
        guard !path.utf8.contains(0) else { throw DatabaseDSNError("a path cannot hold NUL") }
        try options.finishSQLite()
        return String(path)
    }
}

/// What is wrong with a DSN; holds no part of it but the names of its options.
package struct DatabaseDSNError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line for the administrator.
    package let description: String

    init(_ description: String) { self.description = description }

    static let noDialect = DatabaseDSNError("must begin with mysql://, mysql+pymysql://, mariadb:// or sqlite:///")
}
