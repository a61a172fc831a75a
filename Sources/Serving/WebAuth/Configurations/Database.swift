import AppPasswordCore
import MariaDBStore
import SQLiteStore
import Settings

/// The database of the app passwords, and how it is used.
enum DatabaseConfiguration: Sendable, Equatable {
    /// A file of our own.
    case sqlite(path: String, timeout: Duration)
    /// A server.
    case mariadb(MariaDBStore.Configuration)

    /// Whose rows these are, however many connections lead there, how long is waited, and whether they are read in a replica.
    var identity: DatabaseConfiguration {
        switch self {
        case .sqlite(let path, _): .sqlite(path: path, timeout: .zero)
        case .mariadb(let configuration): .mariadb(MariaDBStore.Configuration(server: configuration.server))
        }
    }

    /// What `[database]` says.
    init(_ settings: Settings) {
        switch settings.databaseLocation {
        case .sqlite(let path): self = .sqlite(path: path, timeout: settings.database.timeout)
        case .mariadb(let server):
            var configuration = MariaDBStore.Configuration(server: server)
            configuration.poolSize = settings.database.poolSize
            configuration.timeout = settings.database.timeout
            configuration.replica = settings.database.replica.map {
                MariaDBStore.Configuration.Replica(server: $0, longestLag: settings.database.longestReadLag)
            }
            self = .mariadb(configuration)
        }
    }
}

/// A kind of database, by its name on the command line.
enum DatabaseDialect: String, CaseIterable {
    case mariadb
    case sqlite

    /// What makes its tables.
    var ddl: String {
        switch self {
        case .mariadb: MariaDBSchema.ddl
        case .sqlite: SQLiteSchema.ddl
        }
    }
}

extension Settings {
    /// The SQLite file of the app passwords; nil if they are on a server.
    var databaseFile: String? {
        if case .sqlite(let path) = databaseLocation { path } else { nil }
    }

    /// The MariaDB server of the app passwords; nil if they are in a file.
    var databaseServer: DatabaseServer? {
        if case .mariadb(let server) = databaseLocation { server } else { nil }
    }

    /// Where the database is: a relative SQLite path starts at the directory of the settings file; without a DSN the file
    /// is in the state directory.
    fileprivate var databaseLocation: DatabaseDSN {
        guard let location = database.location else {
            return .sqlite(path: server.stateDirectory + "/web-auth.sqlite")
        }
        guard case .sqlite(let path) = location, !path.hasPrefix("/") else { return location }
        return .sqlite(path: "\(baseDirectory)/\(path)")
    }
}
