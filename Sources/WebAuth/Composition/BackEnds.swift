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
        /// What its connections are doing; nil for an embedded database.
        var connections: (@Sendable () -> ConnectionCounts)?

        /// Takes one store for all of them.
        init(
            _ store: some AppPasswordStore & LoginLog & AppPasswordAdministration & EndingPasswords,
            connections: (@Sendable () -> ConnectionCounts)? = nil
        ) {
            (passwords, log, administration, endings) = (store, store, store, store)
            self.connections = connections
        }
    }

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
        _ settings: Settings, keeping old: Snapshot? = nil, logger: Logger
    ) throws(SetupFailure) -> BackEnds {
        let database: Database
        if let old, old.settings.hasSameDatabase(as: settings) {
            database = old.backEnds.database
        } else {
            database = try openDatabase(settings, logger: logger)
        }
        let directory: LDAPDirectory?
        if let old, old.settings.directoryIdentity == settings.directoryIdentity {
            directory = old.backEnds.directory
        } else {
            directory = openDirectory(settings) { reason in
                logger.warning("disabled accounts may be let in", metadata: ["reason": "\(reason)"])
            }
        }
        let geo = try openGeo(settings, reusing: old?.backEnds.geo, logger: logger)
        let lookups: Lookups
        if let old, old.backEnds.lookups.matches(settings) {
            lookups = old.backEnds.lookups
        } else {
            lookups = try Lookups(settings, replacing: old?.backEnds.lookups, logger: logger)
        }
        return BackEnds(database: database, directory: directory, geo: geo, lookups: lookups)
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
    /// - Parameter makesFile: Whether an SQLite file that is not there is made.
    static func openDatabase(
        _ settings: Settings, makesFile: Bool = true, logger: Logger
    ) throws(SetupFailure) -> Database {
        switch settings.databaseLocation {
        case .sqlite(let path):
            do throws(BackendError) {
                return Database(try SQLiteStore(path: path, timeout: settings.database.timeout, makesFile: makesFile))
            } catch {
                throw SetupFailure(error)
            }
        case .mariadb(let server):
            var configuration = MariaDBStore.Configuration(server: server)
            configuration.poolSize = settings.database.poolSize
            configuration.timeout = settings.database.timeout
            let store = MariaDBStore(
                configuration,
                rowRefused: { row in
                    logger.warning(
                        "a log row is dropped: its app password was removed",
                        metadata: ["app_password.id": "\(row.passwordID)"])
                }, noticed: { $0.log(to: logger) })
            return Database(store) { store.connections }
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
        case .noPreparedStatements(let detail):
            logger.warning(
                "the database prepares no statements; they are sent as text", metadata: ["reason": "\(detail)"])
        }
    }
}

extension LDAPDirectory.Configuration {
    /// The settings of `[ldap]`; as many connections as the database has, since a login asks both side by side.
    fileprivate init(_ settings: Settings.LDAP, pool: Int) {
        if let uri = settings.uri {
            self.init(uri: uri, baseDN: settings.baseDN)
        } else {
            self.init(host: settings.host, port: UInt16(clamping: settings.port), baseDN: settings.baseDN)
        }
        startsTLS = settings.startsTLS
        certificateAuthority = settings.certificateAuthority?.resolved
        bindDN = settings.bindDN
        if let password = settings.password { bindPassword = password }
        filter = settings.filter
        disabledShells = Set(settings.disabledShells)
        disabledHomes = Set(settings.disabledHomes)
        timeout = settings.timeout
        cacheLifetime = settings.cacheTTL
        poolSize = pool
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

    /// What makes two directories the same one.
    fileprivate var directoryIdentity: String {
        guard let ldap else { return "" }
        return "\(ldap) \(ldap.password?.revealed ?? "") \(database.poolSize)"
    }

    /// Whether the database of other settings is used in the same way.
    fileprivate func hasSameDatabase(as other: Settings) -> Bool {
        databaseLocation == other.databaseLocation && database.poolSize == other.database.poolSize
            && database.timeout == other.database.timeout
    }
}
