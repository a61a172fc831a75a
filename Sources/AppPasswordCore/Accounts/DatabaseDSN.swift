/// Which database holds the app passwords: the setting `[database] dsn`, in SQLAlchemy's spelling.
///
/// `mysql+pymysql://user:pass@host:port/database?option=value`, with `mysql://`, `mariadb://` and
/// `mariadb+pymysql://` for the same; `sqlite:///relative/path` and `sqlite:////absolute/path`. User, password,
/// host and database are percent-decoded, as SQLAlchemy does.
public enum DatabaseDSN: Sendable, Equatable {
    /// A MariaDB or MySQL server.
    case mariadb(DatabaseServer)
    /// A file, as written: relative to the settings file, or absolute; `:memory:` too.
    case sqlite(path: String)

    /// Reads a DSN.
    ///
    /// - Throws: ``DatabaseDSNError`` saying what is wrong; it never quotes a user, password or host.
    public init(_ text: String) throws(DatabaseDSNError) {
        guard let colon = text.firstRange(of: "://") else {
            throw DatabaseDSNError("must begin with mysql://, mysql+pymysql://, mariadb:// or sqlite:///")
        }
        let rest = text[colon.upperBound...]
        switch text[..<colon.lowerBound] {
        case "mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql", "mysql+mariadbconnector",
            "mariadb+mariadbconnector", "mysql+mysqldb", "mariadb+mysqldb":
            self = .mariadb(try DatabaseServer(parsing: rest))
        case "sqlite", "sqlite+pysqlite":
            guard rest.first == "/" else {
                throw DatabaseDSNError("a path follows sqlite:///, an absolute one sqlite:////")
            }
            let path = rest.dropFirst()
            guard !path.contains("?") else { throw DatabaseDSNError("options are not supported with sqlite") }
            guard !path.isEmpty else { throw DatabaseDSNError("names no database file") }
            guard !path.utf8.contains(0) else { throw DatabaseDSNError("a path cannot hold NUL") }
            self = .sqlite(path: String(path))
        default:
            throw DatabaseDSNError("must begin with mysql://, mysql+pymysql://, mariadb:// or sqlite:///")
        }
    }
}

/// What is wrong with a DSN; holds no part of it but the names of its options.
public struct DatabaseDSNError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line for the administrator.
    public let description: String

    init(_ description: String) { self.description = description }
}
