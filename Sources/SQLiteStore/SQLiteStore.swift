public import AppPasswordCore
internal import AuditCore
internal import Foundation
internal import GRDB
internal import Locks

/// App passwords and their log in an SQLite file: the embedded default.
///
/// The file is made (mode 0600) with the tables of ``SQLiteSchema`` if need be. Queries run on GRDB's own threads and end
/// after ``timeout``. Hostile rows (BLOBs, odd times, broken UTF-8) are read as unusable, never as an error. If the file
/// is removed under way, queries fail and nothing is written into nowhere; if another takes its place, that is opened.
public final class SQLiteStore: Sendable {
    private struct Open {
        var pool: DatabasePool
        var file: FileIdentity
    }

    /// How long a query may take, waiting for other processes included.
    public let timeout: Duration
    private let path: String
    private let open: Mutex<Open>

    /// Opens or makes the file, and the directory it is in (mode 0700).
    ///
    /// - Throws: ``BackendError`` if it cannot be opened, is no database, or was made by a newer version of the service.
    /// - Complexity: Blocks for some milliseconds, at worst for `timeout`; call it before serving.
    public init(path: String, timeout: Duration = .seconds(2)) throws(BackendError) {
        self.path = path
        self.timeout = timeout
        open = Mutex(try Self.open(path, timeout: timeout, mayCreate: true))
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(BackendError) -> Value {
        let pool = try pool()
        return try await limited { try await pool.read(body) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(BackendError) -> Value {
        let pool = try pool()
        return try await limited { try await pool.write(body) }
    }

    /// The pool of the file that has our path now.
    private func pool() throws(BackendError) -> DatabasePool {
        guard let file = FileIdentity(of: path) else {
            throw BackendError("database", .unreachable, detail: "the database file is gone")
        }
        do {
            return try open.withLock { open in
                if open.file != file { open = try Self.open(path, timeout: timeout, mayCreate: false) }
                return open.pool
            }
        } catch {
            throw BackendError(error)
        }
    }

    private static func open(_ path: String, timeout: Duration, mayCreate: Bool) throws(BackendError) -> Open {
        do {
            if mayCreate, FileIdentity(of: path) == nil {
                let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
                try FileManager.default.createDirectory(
                    at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                let isMade = FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
                guard isMade else { throw BackendError("database", .unreachable, detail: "cannot make \(path)") }
            }
            var configuration = Configuration()
            configuration.busyMode = .timeout(timeout / .seconds(1))
            configuration.label = "SQLiteStore"
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.write(migrate)
            guard let file = FileIdentity(of: path) else {
                throw BackendError("database", .unreachable, detail: "the database file is gone")
            }
            return Open(pool: pool, file: file)
        } catch {
            throw BackendError(error)
        }
    }

    private static func migrate(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= SQLiteSchema.version else {
            throw BackendError("database", .refused, detail: "made by a newer version (schema \(version))")
        }
        if version == 0, try !database.tableExists("app_passwords") { try database.execute(sql: SQLiteSchema.ddl) }
    }

    /// Ends a query that takes longer than ``timeout``.
    private func limited<Value: Sendable>(
        _ query: @escaping @Sendable () async throws -> Value
    ) async throws(BackendError) -> Value {
        do {
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await query() }
                group.addTask { [timeout] in
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let value = try await group.next() ?? nil else { throw BackendError("database", .timedOut) }
                return value
            }
        } catch {
            throw BackendError(error)
        }
    }
}
