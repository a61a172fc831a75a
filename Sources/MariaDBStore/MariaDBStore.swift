public import AppPasswordCore
internal import AuditCore
internal import BlockingLanes
internal import CMariaDB

/// App passwords and their log in MariaDB or MySQL, in the tables that Roundcube's plugin writes.
///
/// Reads need `SELECT` on `app_passwords`, the log `SELECT` and `INSERT` on `log`; nothing is created or altered.
/// Logins share a pool of connections; writing the log and managing passwords have one of their own, so that they
/// never take a login's. Everything runs on threads of the store's own.
public final class MariaDBStore: AppPasswordStore, Sendable {
    /// How to reach the database, and how much of it to use.
    public struct Configuration: Sendable {
        /// Where it is.
        public var server: DatabaseServer
        /// Connections for reading app passwords; one more is used for writing.
        public var poolSize = 8
        /// What a login waits at most, connecting and queueing included.
        public var timeout: Duration = .seconds(2)
        /// What a batch of log rows, or a command of an administrator, may take at most.
        public var writeTimeout: Duration = .seconds(30)
        /// Logins that may wait for a connection; one more is refused as overloaded.
        public var queueLimit = 1024

        /// Makes a configuration with the defaults.
        public init(server: DatabaseServer) { self.server = server }
    }

    /// More rows than any account has; those beyond are not read.
    private static let mostRows = 10_000

    private let readers: BlockingLanes<MariaDBConnection, BackendError>
    let writer: BlockingLanes<MariaDBConnection, BackendError>
    let configuration: Configuration
    let rowRefused: @Sendable (LoginLogRow) -> Void

    /// Makes a store; connects when it is first asked.
    ///
    /// - Parameter rowRefused: Told of each log row that is dropped because its password no longer exists.
    public init(_ configuration: Configuration, rowRefused: @escaping @Sendable (LoginLogRow) -> Void = { _ in }) {
        self.configuration = configuration
        self.rowRefused = rowRefused
        // Each of the two finds out for itself: what the log meets in the background must not cost a login its answer.
        func circuit() -> Circuit { Circuit(firstPause: .milliseconds(100), longestPause: .seconds(1)) }
        let (readersCircuit, writerCircuit) = (circuit(), circuit())
        let server = configuration.server
        readers = Self.lanes("mariadb-read", configuration.poolSize, configuration.queueLimit) {
            MariaDBConnection(server, timeout: configuration.timeout, circuit: readersCircuit)
        }
        writer = Self.lanes("mariadb-write", 1, 16) {
            MariaDBConnection(server, timeout: configuration.writeTimeout, circuit: writerCircuit)
        }
    }

    /// Reads the rows of an account, deleted ones too.
    ///
    /// The database compares with the column's own collation, so that its index is used; rows of names that are equal
    /// only to it (`Alice`, `müller`) come along, and are the caller's to drop. A connection that the server has closed
    /// meanwhile is replaced within the call.
    public func passwords(of login: String) async throws(BackendError) -> [AppPassword] {
        try await readers.run(within: configuration.timeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                do throws(SQLError) {
                    return try connection.select(
                        """
                        SELECT id, uid, password, deleted IS NOT NULL, created FROM app_passwords \
                        WHERE uid = ? LIMIT \(Self.mostRows)
                        """, [.text(login)]
                    ) { row in
                        guard let id = row.integer(0), let uid = row.text(1) else { return nil }
                        return AppPassword(
                            id: id, uid: uid, storedHash: row.text(2) ?? "", isDeleted: row.text(3) != "0",
                            created: row.text(4).flatMap { Timestamp(sqlText: $0) })
                    }
                } catch {
                    // The name has characters that the column's character set has not: no row can have it.
                    guard error.number == UInt32(ER_CANT_AGGREGATE_2COLLATIONS) else { throw error }
                    return []
                }
            }
        }
    }

    /// What the connections are doing now: those for logins, and the one for writing.
    public var connections: ConnectionCounts {
        let (reading, writing) = (readers.load, writer.load)
        return ConnectionCounts(
            busy: reading.busy + writing.busy, idle: reading.idle + writing.idle,
            waiting: reading.waiting + writing.waiting)
    }

    /// Asks the database for a sign of life, for readiness and at start.
    ///
    /// - Throws: ``BackendError``, as a login would.
    public func ping() async throws(BackendError) {
        try await readers.run(within: configuration.timeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                try connection.ping()
            }
        }
    }

    private static func lanes(
        _ name: String, _ count: Int, _ queueLimit: Int, open: @escaping @Sendable () -> MariaDBConnection
    ) -> BlockingLanes<MariaDBConnection, BackendError> {
        BlockingLanes(
            name: name, count: count, queueLimit: queueLimit,
            refusal: { refusal in
                switch refusal {
                case .overloaded: BackendError("database", .overloaded)
                case .timedOut: BackendError("database", .timedOut)
                }
            }, open: open)
    }
}
