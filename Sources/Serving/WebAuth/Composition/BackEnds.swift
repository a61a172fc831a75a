import AppPasswordCore
import AuditCore
import GeoIP
import LDAPDirectory
import Logging
import MariaDBStore
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
        /// Knows which app passwords end.
        var endings: any EndingPasswords
        /// Knows which have ended.
        var ended: any EndedPasswords
        /// What was seen of limits in MariaDB, in this database and those before it.
        var limits = LimitsMemory()
        /// What its connections are doing; nil for an embedded database.
        var connections: (@Sendable () -> ConnectionCounts)?
        /// What has become of the reads that might have gone to the replica; nil: there is none.
        var replica: (@Sendable () -> ReplicaStatus)?
        /// Tries the replica out, and says how far it is behind; nil: there is none.
        var replicaLag: (@Sendable () async throws(ReplicaTrouble) -> Duration)?

        /// Takes one store for all of them.
        init(
            _ store: some AppPasswordStore & LoginLog & AppPasswordAdministration & EndingPasswords & EndedPasswords,
            connections: (@Sendable () -> ConnectionCounts)? = nil
        ) {
            (passwords, log, administration, endings) = (store, store, store, store)
            ended = store
            self.connections = connections
        }
    }

    /// What a reload compares: a part is kept while its own is equal.
    struct Configuration: Sendable, Equatable {
        var database: DatabaseConfiguration
        var directory: LDAPDirectory.Configuration?
        var lookups: LookupConfiguration

        /// What the settings say; files that are only read when a part is made are looked at.
        init(_ settings: Settings) {
            database = DatabaseConfiguration(settings)
            directory = settings.ldap.map { LDAPDirectory.Configuration($0, pool: settings.database.poolSize) }
            lookups = LookupConfiguration(settings)
        }
    }

    /// What they were made from.
    let configuration: Configuration
    let database: Database
    /// nil: an account exists if it has an app password.
    let directory: LDAPDirectory?
    /// MaxMind's files; nil if there are none.
    let geo: MMDBGeoSource?
    /// Who is asked about addresses.
    let lookups: Lookups

    /// All who know something about an address.
    var factSources: FactSources {
        var sources = lookups.sources
        sources.geo = geo
        return sources
    }

    /// Opens what the settings name; what is in use already and has the same settings is kept.
    static func open(
        _ settings: Settings, keeping old: BackEnds? = nil, logger: Logger
    ) throws(SetupFailure) -> BackEnds {
        let configuration = Configuration(settings)
        let database =
            if let old, old.configuration.database == configuration.database { old.database } else {
                try openDatabase(configuration.database, limits: old?.database.limits, logger: logger)
            }
        let directory =
            if let old, old.configuration.directory == configuration.directory { old.directory } else {
                openDirectory(settings) { reason in
                    logger.warning("disabled accounts may be let in", metadata: ["reason": "\(reason)"])
                }
            }
        let geo = try openGeo(settings, reusing: old?.geo, logger: logger)
        let lookups =
            if let old, old.configuration.lookups == configuration.lookups { old.lookups } else {
                try Lookups(
                    configuration.lookups, place: settings.lookup.rdap.bootstrapPlace, replacing: old?.lookups,
                    logger: logger)
            }
        return BackEnds(
            configuration: configuration, database: database, directory: directory, geo: geo, lookups: lookups)
    }

    /// Opens MaxMind's files, if the settings name any; those that are open already and have not changed are shared.
    static func openGeo(
        _ settings: Settings, reusing old: MMDBGeoSource? = nil, logger: Logger
    ) throws(SetupFailure) -> MMDBGeoSource? {
        let files = settings.audit.maxMind
        guard files.city != nil || files.asn != nil else { return nil }
        do throws(GeoDatabaseError) {
            return try MMDBGeoSource(
                GeoConfiguration(city: files.city?.resolved, asn: files.asn?.resolved), reusing: old, logger: logger)
        } catch {
            let named = [files.city, files.asn].compactMap { $0 }
            throw SetupFailure(
                error.problems.map { problem in
                    named.first { $0.resolved == problem.path }?.problem(problem.reason) ?? problem.description
                }, exitCode: .configuration)
        }
    }

    /// The directory of accounts, if the settings have one; it is not asked for before the first login.
    ///
    /// - Parameter onDoubt: Told what the directory does not let us know about disabled accounts.
    static func openDirectory(
        _ settings: Settings, onDoubt: @escaping @Sendable (String) -> Void = { _ in }
    ) -> LDAPDirectory? {
        settings.ldap.map { ldap in
            LDAPDirectory(LDAPDirectory.Configuration(ldap, pool: settings.database.poolSize), onDoubt: onDoubt)
        }
    }

    /// Opens the database alone, for the verbs that manage app passwords.
    ///
    /// A MariaDB server is not asked for before the first query, so that the service starts without it.
    ///
    /// - Parameters:
    ///   - makesFile: Whether an SQLite file that is not there is made.
    ///   - limits: What the process has seen of limits so far: a database without them lets nobody in then.
    static func openDatabase(
        _ settings: Settings, makesFile: Bool = true, limits: LimitsMemory? = nil, logger: Logger
    ) throws(SetupFailure) -> Database {
        try openDatabase(DatabaseConfiguration(settings), makesFile: makesFile, limits: limits, logger: logger)
    }

    private static func openDatabase(
        _ configuration: DatabaseConfiguration, makesFile: Bool = true, limits: LimitsMemory?, logger: Logger
    ) throws(SetupFailure) -> Database {
        let limits = limits ?? LimitsMemory()
        switch configuration {
        case .sqlite(let path, let timeout):
            do throws(BackendError) {
                var database = Database(try SQLiteStore(path: path, timeout: timeout, makesFile: makesFile))
                database.limits = limits
                return database
            } catch {
                throw SetupFailure(error)
            }
        case .mariadb(let configuration):
            let store = MariaDBStore(
                configuration, limits: limits,
                rowRefused: { row in
                    logger.warning(
                        "a log row is dropped: its app password was removed",
                        metadata: ["app_password.id": "\(row.passwordID)"])
                }, noticed: { $0.log(to: logger) })
            var database = Database(store) { store.connections }
            database.limits = limits
            if configuration.replica != nil {
                database.replica = { store.replicaStatus ?? ReplicaStatus() }
                database.replicaLag = { () async throws(ReplicaTrouble) in try await store.replicaLag() ?? .zero }
            }
            return database
        }
    }
}

extension MariaDBNotice {
    fileprivate func log(to logger: Logger) {
        switch self {
        case .fewerConnections(let count, let wanted, let detail):
            logger.warning(
                "the database allows fewer connections than database.pool_size; logins make do with them",
                metadata: ["connections": "\(count)", "pool_size": "\(wanted)", "reason": "\(detail)"])
        case .enoughConnections(let count):
            logger.notice(
                "the database allows as many connections as wanted again", metadata: ["connections": "\(count)"])
        case .otherServer(let host):
            logger.warning(
                "logins ask another database server of the dsn from now on",
                metadata: ["host": "\(host.name)", "port": "\(host.port)"])
        case .replicaIsRead: logger.notice("app passwords are read in the replica of database.read_dsn")
        case .replicaIsNotRead(let reason):
            logger.warning(
                "app passwords are read in the primary, not in the replica of database.read_dsn",
                metadata: ["reason": "\(reason)"])
        case .noPreparedStatements(let detail):
            logger.warning(
                "the database prepares no statements; they are sent as text", metadata: ["reason": "\(detail)"])
        }
    }
}
