package import AppPasswordCore
internal import AuditCore
internal import BlockingLanes
internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Locks

/// App passwords and their log in an SQLite file: the embedded default.
///
/// The file is made (mode 0600) with the tables of ``SQLiteSchema`` if need be; made by root, it belongs to the owner of its
/// directory, whose service is to open it. Queries run on threads of the store's own;
/// callers wait for at most ``timeout``, and 1024 of them at once. Hostile rows (BLOBs, odd times, broken UTF-8) are read as unusable, never as an error. If the file
/// is removed under way, queries fail and nothing is written into nowhere; if another takes its place, that is opened.
package final class SQLiteStore: Sendable {
    private struct Open {
        var pool: DatabasePool
        var file: FileIdentity
    }

    /// How long a query may take, waiting for other processes included.
    package let timeout: Duration
    private let path: String
    private let open: Mutex<Open>
    private let readers: BlockingLanes<Void, BackendError>
    private let writer: BlockingLanes<Void, BackendError>

    /// Opens or makes the file, and the directory it is in (mode 0700).
    ///
    /// - Parameter makesFile: Whether a file that is not there is made.
    /// - Throws: ``BackendError`` if it cannot be opened, is no database, or was made by a newer version of the service.
    /// - Complexity: Blocks for some milliseconds, at worst for `timeout`; call it before serving.
    package init(
        path: String, timeout: Duration = .seconds(2), makesFile: Bool = true
    ) throws(BackendError) {
        self.path = path
        self.timeout = timeout
        open = Mutex(try Self.open(path, timeout: timeout, mayCreate: makesFile))
        readers = Self.lanes("sqlite-read", 2, 1024)
        writer = Self.lanes("sqlite-write", 1, 16)
    }

    /// Whether a row is on the disk, not only with the kernel, once it is written.
    package var syncsCommits: Bool {
        get async throws(BackendError) {
            try await write { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? 0 } >= 2
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(BackendError) -> Value {
        try await readers.run(within: timeout) { [self] _, deadline throws(BackendError) in
            let pool = try pool()
            do {
                return try pool.read { try $0.whole(before: deadline, body) }
            } catch { throw BackendError(error, in: path) }
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(BackendError) -> Value {
        try await writer.run(within: timeout) { [self] _, deadline throws(BackendError) in
            let pool = try pool()
            do {
                return try pool.write { try $0.whole(before: deadline, body) }
            } catch { throw BackendError(error, in: path) }
        }
    }

    /// The pool of the file that has our path now.
    private func pool() throws(BackendError) -> DatabasePool {
        guard let file = FileIdentity(of: path) else {
            throw BackendError("database", .unreachable, detail: "\(path) is gone")
        }
        do {
            return try open.withLock { open in
                if open.file != file { open = try Self.open(path, timeout: timeout, mayCreate: false) }
                return open.pool
            }
        } catch {
            throw BackendError(error, in: path)
        }
    }

    private static func open(_ path: String, timeout: Duration, mayCreate: Bool) throws(BackendError) -> Open {
        do {
            if mayCreate, FileIdentity(of: path) == nil { try OwnedFile.make(path) }
            var configuration = Configuration()
            configuration.busyMode = .timeout(timeout / .seconds(1))
            configuration.label = "SQLiteStore"
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB's pools only sync at checkpoints: what was committed would be lost with the machine's power, after the
            // spool has let go of it.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try pool.write(migrate)
            guard let file = FileIdentity(of: path) else {
                throw BackendError("database", .unreachable, detail: "\(path) is gone")
            }
            return Open(pool: pool, file: file)
        } catch {
            throw BackendError(error, in: path)
        }
    }

    private static func migrate(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= SQLiteSchema.version else {
            throw BackendError("database", .refused, detail: "made by a newer version (schema \(version))")
        }
        if version == 0, try !database.tableExists("app_passwords") {
            return try database.execute(sql: SQLiteSchema.ddl)
        }
        if version < SQLiteSchema.version { try SQLiteSchema.upgrade(database) }
    }

    private static func lanes(_ name: String, _ count: Int, _ queueLimit: Int) -> BlockingLanes<Void, BackendError> {
        BlockingLanes(
            name: name, count: count, queueLimit: queueLimit,
            refusal: { BackendError("database", $0 == .overloaded ? .overloaded : .timedOut) }, open: {})
    }
}

extension Database {
    /// Runs queries, and interrupts the one that runs when the deadline comes: a lane must not be lost to it.
    fileprivate func whole<Value>(
        before deadline: ContinuousClock.Instant, _ body: (Database) throws -> Value
    ) throws -> Value {
        try withUnsafePointer(to: deadline) { deadline in
            sqlite3_progress_handler(
                sqliteConnection, 100_000,
                { deadline in
                    guard let deadline else { return 0 }
                    return deadline.load(as: ContinuousClock.Instant.self) < .now ? 1 : 0
                }, UnsafeMutableRawPointer(mutating: deadline))
            defer { sqlite3_progress_handler(sqliteConnection, 0, nil, nil) }
            return try body(self)
        }
    }
}
