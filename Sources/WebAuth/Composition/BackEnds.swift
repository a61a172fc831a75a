import AppPasswordCore
import Logging
import SQLiteStore
import Settings

/// The database and the directory in use.
struct BackEnds: Sendable {
    /// One database, in the roles it plays.
    struct Database: Sendable {
        /// Reads app passwords.
        var passwords: any AppPasswordStore
        /// Writes the log.
        var log: any LoginLog
        /// Manages app passwords.
        var administration: any AppPasswordAdministration

        /// Takes one store for all three.
        init(_ store: some AppPasswordStore & LoginLog & AppPasswordAdministration) {
            (passwords, log, administration) = (store, store, store)
        }
    }

    let database: Database
    /// nil: an account exists if it has an app password.
    let directory: (any AccountDirectory)?

    /// Opens what the settings name; what is in use already and has the same settings is kept.
    static func open(
        _ settings: Settings, keeping old: Snapshot? = nil, logger: Logger
    ) throws(SetupFailure) -> BackEnds {
        let database: Database
        if let old, old.settings.databaseIdentity == settings.databaseIdentity {
            database = old.backEnds.database
        } else {
            database = try openDatabase(settings, logger: logger)
        }
        return BackEnds(database: database, directory: nil)
    }

    /// Opens the database alone, for the verbs that manage app passwords.
    static func openDatabase(_ settings: Settings, logger: Logger) throws(SetupFailure) -> Database {
        guard !settings.database.isMariaDB else {
            throw SetupFailure(["database.dsn: MariaDB is not supported yet"], exitCode: .configuration)
        }
        do throws(BackendError) {
            return Database(try SQLiteStore(path: settings.sqlitePath, timeout: settings.database.timeout))
        } catch {
            throw SetupFailure(error)
        }
    }
}

extension Settings {
    /// Where the SQLite file is: `sqlite:///relative`, `sqlite:////absolute`, else in the state directory.
    var sqlitePath: String {
        let prefix = "sqlite:///"
        guard let dsn = database.dsn?.revealed, dsn.hasPrefix(prefix), dsn != prefix else {
            return server.stateDirectory + "/web-auth.sqlite"
        }
        let path = dsn.dropFirst(prefix.count)
        return path.hasPrefix("/") ? String(path) : "\(baseDirectory)/\(path)"
    }

    /// What makes two databases the same one.
    fileprivate var databaseIdentity: [String] {
        [database.dsn?.revealed ?? server.stateDirectory, "\(database.poolSize)", "\(database.timeout)"]
    }
}
