package import AuditCore
internal import Foundation
internal import GRDB
internal import Locks

/// A lookup cache in an SQLite file of its own, so that a restart asks nobody anew.
///
/// The file is made (mode 0600) if need be. It holds nothing that cannot be asked for again: one that is broken, or of
/// another form, is renamed to end in `.broken`, in place of an earlier one, and a new one is begun. Queries run on GRDB's
/// own threads and end after the timeout. What is past its lifetime is swept out while others are written; beyond the
/// bound on entries those go first whose lifetime ends first.
package final class SQLiteLookupCache: LookupCache {
    /// How a cache is kept.
    package struct Configuration: Sendable {
        /// How long a call may take, waiting for other calls included.
        package var timeout: Duration = .milliseconds(250)
        /// How many entries the file may hold, at most a sweep's worth more.
        package var capacity = 100_000
        /// How many entries are written between two sweeps.
        package var sweepEvery = 500

        /// As it is without settings.
        package init() {}
    }

    private static let version = 1
    /// Ten years.
    private static let longestLifetime: Duration = .seconds(315_360_000)

    private let path: String
    private let configuration: Configuration
    private let now: @Sendable () -> Timestamp
    private let onTrouble: @Sendable (String) -> Void
    private let pool: Mutex<DatabasePool>
    private let unswept = Mutex(0)

    /// Opens or makes the file, and the directory it is in (mode 0700).
    ///
    /// - Parameters:
    ///   - now: The clock of lifetimes, which go on while the service does not run.
    ///   - onTrouble: Gets a sentence for the log when a broken file is put aside.
    /// - Throws: ``LookupError`` `.unreadable` if no file can be opened or made there.
    /// - Complexity: Blocks for some milliseconds; call it before serving.
    package init(
        path: String, _ configuration: Configuration = Configuration(), now: @escaping @Sendable () -> Timestamp,
        onTrouble: @escaping @Sendable (String) -> Void
    ) throws(LookupError) {
        self.path = path
        self.configuration = configuration
        self.now = now
        self.onTrouble = onTrouble
        do {
            pool = Mutex(try Self.open(path, configuration, onTrouble))
        } catch {
            throw LookupError(error)
        }
    }

    /// Reads keys with one query for each thousand.
    package func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
        let now = now().milliseconds
        return try await limited { pool in
            try await pool.read { database in
                var found: [String: [UInt8]] = [:]
                for start in stride(from: 0, to: keys.count, by: 1000) {
                    let part = keys[start..<min(start + 1000, keys.count)]
                    let statement = try database.cachedStatement(
                        sql: """
                            SELECT key, value FROM entries
                            WHERE key IN (\(databaseQuestionMarks(count: part.count))) AND expires > ?
                            """)
                    let arguments = StatementArguments(part) + [now]
                    let rows = try Row.fetchCursor(statement, arguments: arguments)
                    while let row = try rows.next() {
                        if let key = row.text(0), let value = row.blob(1) { found[key] = value }
                    }
                }
                return found
            }
        }
    }

    /// Writes entries in one transaction; sweeps now and then.
    package func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {
        guard !entries.isEmpty else { return }
        let now = now()
        let capacity = configuration.capacity
        let sweeps = unswept.withLock { count in
            count += entries.count
            guard count >= configuration.sweepEvery else { return false }
            count = 0
            return true
        }
        try await limited { pool in
            try await pool.write { database in
                let insertion = try database.cachedStatement(
                    sql: "INSERT OR REPLACE INTO entries (key, value, expires) VALUES (?, ?, ?)")
                for entry in entries {
                    let expires = now.advanced(by: min(entry.lifetime, Self.longestLifetime)).milliseconds
                    try insertion.execute(arguments: [entry.key, Data(entry.value), expires])
                }
                if sweeps { try Self.sweep(database, now: now, capacity: capacity) }
            }
        }
    }

    private static func sweep(_ database: Database, now: Timestamp, capacity: Int) throws {
        try database.execute(sql: "DELETE FROM entries WHERE expires <= ?", arguments: [now.milliseconds])
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM entries") ?? 0
        guard count > capacity else { return }
        try database.execute(
            sql: "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY expires LIMIT ?)",
            arguments: [count - capacity])
    }

    /// Ends a query that takes longer than the timeout; after one that found the file broken, a new file is begun.
    private func limited<Value: Sendable>(
        _ query: @escaping @Sendable (DatabasePool) async throws -> Value
    ) async throws(LookupError) -> Value {
        let used = pool.withLock { $0 }
        do {
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await query(used) }
                group.addTask { [configuration] in
                    try await Task.sleep(for: configuration.timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let value = try await group.next() ?? nil else { throw LookupError(.timedOut) }
                return value
            }
        } catch {
            if let error = error as? DatabaseError, error.isAboutTheFile { beginAnew(insteadOf: used) }
            throw LookupError(error)
        }
    }

    /// Puts the file aside, unless another call has done so already.
    private func beginAnew(insteadOf used: DatabasePool) {
        pool.withLock { pool in
            guard pool === used else { return }
            try? pool.close()
            if let fresh = try? Self.putAside(path, configuration, onTrouble) { pool = fresh }
        }
    }

    private static func open(
        _ path: String, _ configuration: Configuration, _ onTrouble: (String) -> Void
    ) throws -> DatabasePool {
        do {
            return try openAsItIs(path, configuration)
        } catch let error as DatabaseError where error.isAboutTheFile {
            return try putAside(path, configuration, onTrouble)
        }
    }

    private static func putAside(
        _ path: String, _ configuration: Configuration, _ onTrouble: (String) -> Void
    ) throws -> DatabasePool {
        let files = FileManager.default
        try? files.removeItem(atPath: path + ".broken")
        try files.moveItem(atPath: path, toPath: path + ".broken")
        for companion in ["-wal", "-shm"] { try? files.removeItem(atPath: path + companion) }
        onTrouble("the lookup cache \(path) is broken; it is now \(path).broken, and a new one is begun")
        return try openAsItIs(path, configuration)
    }

    private static func openAsItIs(_ path: String, _ configuration: Configuration) throws -> DatabasePool {
        if FileIdentity(of: path) == nil {
            let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard
                FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw LookupError(.unreadable, detail: "lookup cache: cannot make \(path)") }
        }
        var options = GRDB.Configuration()
        options.busyMode = .timeout(configuration.timeout / .seconds(1))
        options.label = "SQLiteLookupCache"
        let pool = try DatabasePool(path: path, configuration: options)
        try pool.write { database in
            let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            if found == version { return }
            // Another version's entries, or somebody's tables: not ours to change.
            guard found == 0, try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw DatabaseError(resultCode: .SQLITE_NOTADB)
            }
            try database.execute(
                sql: """
                    CREATE TABLE entries (
                        key     TEXT PRIMARY KEY,
                        value   BLOB NOT NULL,
                        expires INTEGER NOT NULL -- milliseconds since 1970
                    ) WITHOUT ROWID;
                    CREATE INDEX entries_expires ON entries (expires);
                    PRAGMA user_version = \(version);
                    """)
        }
        return pool
    }
}

extension DatabaseError {
    /// Whether the file itself is no good.
    fileprivate var isAboutTheFile: Bool {
        switch resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: true
        default: false
        }
    }
}

extension LookupError {
    fileprivate init(_ error: any Error) {
        switch error {
        case let error as LookupError: self = error
        case let error as DatabaseError:
            let detail = "lookup cache: SQLite \(error.extendedResultCode.rawValue)"
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_INTERRUPT: self.init(.timedOut, detail: detail)
            default: self.init(.unreadable, detail: detail)
            }
        case is CancellationError: self.init(.timedOut, detail: "lookup cache: cancelled")
        default: self.init(.unreadable, detail: "lookup cache: \(type(of: error))")
        }
    }
}

extension Row {
    /// A BLOB; nil for NULL and everything else.
    fileprivate func blob(_ column: Int) -> [UInt8]? {
        guard case .blob(let data) = (self[column] as DatabaseValue).storage else { return nil }
        return Array(data)
    }
}
