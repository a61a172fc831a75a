package import AppPasswordCore
internal import AuditCore
internal import BlockingLanes
internal import Locks

/// App passwords and their log in MariaDB or MySQL, in the tables that Roundcube's plugin writes.
///
/// Reads need `SELECT` on `app_passwords`, the log `SELECT` and `INSERT` on `log`; nothing is created or altered.
/// Logins share a pool of connections; writing the log and managing passwords have one of their own, so that they
/// never take a login's. Everything runs on threads of the store's own.
package final class MariaDBStore: RecentPasswordStore, Sendable {
    /// How to reach the database, and how much of it to use.
    package struct Configuration: Sendable, Equatable {
        /// Where it is.
        package var server: DatabaseServer
        /// Connections for reading app passwords; one more is used for writing.
        package var poolSize = 8
        /// What a login waits at most, connecting and queueing included.
        package var timeout: Duration = .seconds(2)
        /// What a batch of log rows, or a command of an administrator, may take at most.
        package var writeTimeout: Duration = .seconds(30)
        /// Logins that may wait for a connection; one more is refused as overloaded.
        package var queueLimit = 1024
        /// A connection that has been idle for longer is replaced: firewalls and balancers forget after some minutes.
        package var idleLimit: Duration = .seconds(240)
        /// Where the server allows fewer connections than ``poolSize``: how long until one more is tried.
        package var connectionRetry: Duration = .seconds(30)

        /// A replica that app passwords are read in; nil: they are read where they are written.
        package var replica: Replica?
        /// How long another server than the first is used before the first is tried again.
        package var returnPause: Duration = .seconds(10)

        /// Makes a configuration with the defaults.
        package init(server: DatabaseServer) { self.server = server }

        /// Where app passwords may be read besides.
        package struct Replica: Sendable, Equatable {
            /// The replica, or several, of which the first that can be had is used.
            package var server: DatabaseServer
            /// How far it may be behind.
            package var longestLag: Duration

            /// A replica; by default it may be a second behind.
            package init(server: DatabaseServer, longestLag: Duration = .seconds(1)) {
                (self.server, self.longestLag) = (server, longestLag)
            }
        }
    }

    /// More rows than any account has; those beyond are not read.
    private static let mostRows = 10_000

    private let readers: BlockingLanes<MariaDBConnection, BackendError>
    private let budget: ConnectionBudget
    private let replica: ReplicaReader?
    let writer: WriterLane
    let configuration: Configuration
    let rowRefused: @Sendable (LoginLogRow) -> Void

    /// Makes a store; connects when it is first asked.
    ///
    /// - Parameters:
    ///   - limits: What earlier stores of the process have seen of limits: where they have, a database without them lets nobody in.
    ///   - rowRefused: Told of each log row that is dropped because its password no longer exists.
    ///   - noticed: Told what an administrator should know, once when it begins.
    package init(
        _ configuration: Configuration, limits: LimitsMemory = LimitsMemory(),
        rowRefused: @escaping @Sendable (LoginLogRow) -> Void = { _ in },
        noticed: @escaping @Sendable (MariaDBNotice) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.rowRefused = rowRefused
        let notice = Self.sayingOnce(noticed)
        let budget = ConnectionBudget(
            most: configuration.poolSize, retry: configuration.connectionRetry, notice: notice)
        self.budget = budget
        // Each of the two finds out for itself: what the log meets in the background must not cost a login its answer.
        let server = configuration.server
        let reading = MariaDBConnection.Shared(
            role: .login, choice: ServerChoice(server.hosts, returnPause: configuration.returnPause, notice: notice),
            idleLimit: configuration.idleLimit, budget: budget, notice: notice, limits: limits)
        let writing = MariaDBConnection.Shared(
            role: .writing, choice: ServerChoice(server.hosts, returnPause: configuration.returnPause) { _ in },
            idleLimit: configuration.idleLimit, budget: nil, notice: notice, limits: limits)
        let readers = Self.lanes(
            "mariadb-read", configuration.poolSize, configuration.queueLimit, mayOpen: { budget.mayOpen }
        ) {
            MariaDBConnection(server, timeout: configuration.timeout, shared: reading)
        }
        self.readers = readers
        replica = configuration.replica.map { MariaDBStore.replica($0, configuration, limits, notice) }
        let lane = Self.lanes("mariadb-write", 1, 16, mayOpen: { true }) {
            MariaDBConnection(server, timeout: configuration.writeTimeout, shared: writing)
        }
        writer = WriterLane(lane) { error, timeout in
            budget.refusedToWriter(error.detail)
            try? await readers.run(within: timeout) { connection, _ in connection.close() }
        }
    }

    /// Reads the rows of an account, deleted ones too.
    ///
    /// The database compares with the column's own collation, so that its index is used; rows of names that are equal
    /// only to it (`Alice`, `müller`) come along, and are the caller's to drop. A connection that the server has closed
    /// meanwhile is replaced within the call.
    package func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
        guard !names.isEmpty else { return [] }
        return try await read { connection throws(SQLError) in try Self.rows(of: names, connection).rows }
    }

    /// Reads them in the replica, if there is one that is close enough behind.
    package func recentPasswords(of names: [String]) async throws(BackendError) -> RecentPasswords {
        if !names.isEmpty, let rows = await replica?.passwords(of: names) { return RecentPasswords(rows, mayLag: true) }
        return RecentPasswords(try await passwords(of: names), mayLag: false)
    }

    /// Reads the rows of an account, with one query as a rule.
    ///
    /// - Parameter node: Whose heartbeat to read with them; nil: nobody's.
    /// - Returns: The rows, and the heartbeat that they are at least as young as; nil without a row.
    static func rows(
        of names: [String], _ connection: MariaDBConnection, beatOf node: String? = nil
    ) throws(SQLError) -> (rows: [AppPassword], beat: Int64?) {
        do throws(SQLError) {
            let read = try query(names, connection, node)
            return (read.map { $0.row }, read.compactMap { $0.beat }.min())
        } catch {
            guard error.isOfNoRow(names) else { throw error }
            guard names.count > 1 else { return ([], nil) }
        }
        var rows: [Int64: (row: AppPassword, beat: Int64?)] = [:]
        for name in names {
            do throws(SQLError) {
                for read in try query([name], connection, node) { rows[read.row.id] = read }
            } catch {
                guard error.isOfNoRow([name]) else { throw error }
            }
        }
        return (rows.values.map { $0.row }, rows.values.compactMap { $0.beat }.min())
    }

    /// One query; its statements are those of 1, 2, 4, 8 and 16 names, so that few are kept prepared.
    private static func query(
        _ names: [String], _ connection: MariaDBConnection, _ node: String?
    ) throws(SQLError) -> [(row: AppPassword, beat: Int64?)] {
        var places = 1
        while places < names.count { places *= 2 }
        let padded = names + repeatElement(names[0], count: places - names.count)
        let condition = places == 1 ? "= ?" : "IN (\(repeatElement("?", count: places).joined(separator: ", ")))"
        let tables = try connection.tables()
        // The name is digits and letters of ours.
        let beat = node.map { ", (SELECT h.beat FROM web_auth_heartbeat h WHERE h.node = '\($0)')" } ?? ""
        let beatColumn = 5 + LimitColumns.count(tables)
        return try connection.select(
            """
            SELECT p.id, p.uid, p.password, p.deleted, p.created\(LimitColumns.list(tables))\(beat) \
            FROM app_passwords p\(LimitColumns.join(tables)) WHERE p.uid \(condition) LIMIT \(mostRows)
            """, padded.map { .text($0) }
        ) { row in
            guard let id = row.integer(0), let uid = row.text(1) else { return nil }
            let password = AppPassword(
                id: id, uid: uid, storedHash: row.text(2) ?? "", isDeleted: row.text(3) != nil,
                created: row.text(4).flatMap { Timestamp(sqlText: $0) }, limits: LimitColumns.read(row, from: 5, tables)
            )
            return (password, node == nil ? nil : row.integer(beatColumn))
        }
    }

    /// Fixes a place on one of the connections for logins; needs `UPDATE (bound)` on `app_password_limits`.
    package func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? {
        try await readers.run(within: configuration.timeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .changes) { connection throws(SQLError) in
                _ = try connection.change(
                    "UPDATE app_password_limits SET bound = ? WHERE pwid = ? AND bind = ? AND bound IS NULL",
                    [.text(place.description), .integer(id), .text(place.binding.rawValue)])
                return try connection.select(
                    "SELECT bound FROM app_password_limits WHERE pwid = ? AND bind = ?",
                    [.integer(id), .text(place.binding.rawValue)]
                ) { $0.text(0) }.first
            }
        }
    }

    /// What the connections are doing now: those for logins, and the one for writing.
    package var connections: ConnectionCounts {
        let (reading, writing) = (readers.load, writer.load)
        return ConnectionCounts(
            busy: reading.busy + writing.busy, idle: reading.idle + writing.idle,
            waiting: reading.waiting + writing.waiting)
    }

    /// What has become of the reads that might have gone to the replica; nil: there is none.
    package var replicaStatus: ReplicaStatus? { replica?.status }

    /// Writes into the primary, and waits until the replica shows it, `longestLag` at most: for who wants to know whether logins
    /// can be read there.
    ///
    /// - Returns: How long that took; nil: there is no replica.
    package func replicaLag() async throws(ReplicaTrouble) -> Duration? { try await replica?.measuredLag() }

    /// Asks the database for a sign of life, for readiness and at start.
    ///
    /// - Throws: ``BackendError``, as a login would.
    package func ping() async throws(BackendError) {
        try await read { connection throws(SQLError) in try connection.ping() }
    }

    /// Runs what changes nothing on one of the connections for logins.
    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (MariaDBConnection) throws(SQLError) -> Value
    ) async throws(BackendError) -> Value {
        let end = ContinuousClock.now + configuration.timeout
        do throws(BackendError) {
            return try await read(until: end, body)
        } catch {
            // Nobody has a connection: the server may have none but the one that writes the log.
            guard error.isConnectionLimit else { throw error }
            await writer.close(within: end - .now)
            return try await ConnectionLimit.waiting(until: end) { () async throws(BackendError) in
                try await read(until: end, body)
            }
        }
    }

    private func read<Value: Sendable>(
        until end: ContinuousClock.Instant, _ body: @escaping @Sendable (MariaDBConnection) throws(SQLError) -> Value
    ) async throws(BackendError) -> Value {
        try await readers.run(within: end - .now) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading, body)
        }
    }

    private static func replica(
        _ replica: Configuration.Replica, _ configuration: Configuration, _ limits: LimitsMemory,
        _ notice: @escaping @Sendable (MariaDBNotice) -> Void
    ) -> ReplicaReader {
        let reading = MariaDBConnection.Shared(
            role: .replica, choice: ServerChoice(replica.server.hosts, returnPause: configuration.returnPause) { _ in },
            idleLimit: configuration.idleLimit, budget: nil, notice: { _ in }, limits: limits)
        let timeout = min(configuration.timeout / 4, .milliseconds(500))
        let readers = lanes("mariadb-replica", configuration.poolSize, configuration.queueLimit, mayOpen: { true }) {
            MariaDBConnection(replica.server, timeout: timeout, shared: reading)
        }
        let beating = MariaDBConnection.Shared(
            role: .beating,
            choice: ServerChoice(configuration.server.hosts, returnPause: configuration.returnPause) { _ in },
            idleLimit: configuration.idleLimit, budget: nil, notice: { _ in }, limits: limits)
        let row = HeartbeatRow(
            MariaDBConnection(configuration.server, timeout: configuration.timeout, shared: beating),
            timeout: configuration.timeout)
        return ReplicaReader(readers, row, longestLag: replica.longestLag, timeout: timeout, notice: notice)
    }

    private static func lanes(
        _ name: String, _ count: Int, _ queueLimit: Int, mayOpen: @escaping @Sendable () -> Bool,
        open: @escaping @Sendable () -> MariaDBConnection
    ) -> BlockingLanes<MariaDBConnection, BackendError> {
        BlockingLanes(
            name: name, count: count, queueLimit: queueLimit,
            refusal: { refusal in
                switch refusal {
                case .overloaded: BackendError("database", .overloaded)
                case .timedOut: BackendError("database", .timedOut)
                }
            }, isReady: { $0.isOpen }, mayOpen: mayOpen, belongsElsewhere: { $0.isConnectionLimit }, open: open)
    }

    /// That statements are sent as text is said once; what comes and goes, each time.
    private static func sayingOnce(
        _ noticed: @escaping @Sendable (MariaDBNotice) -> Void
    ) -> @Sendable (MariaDBNotice) -> Void {
        let isSaid = Mutex(false)
        return { notice in
            if case .noPreparedStatements = notice {
                let wasSaid = isSaid.withLock { isSaid in
                    defer { isSaid = true }
                    return isSaid
                }
                if wasSaid { return }
            }
            noticed(notice)
        }
    }
}

extension MariaDBConnection {
    /// Reads the rows of a name, which is the statement's only parameter; none if the column's character set has not all of
    /// its characters.
    func selectRows<Row>(
        of name: String, _ sql: String, _ read: (any ResultRow) -> Row?
    ) throws(SQLError) -> [Row] {
        do throws(SQLError) {
            return try select(sql, [.text(name)], read)
        } catch {
            guard error.isOfNoRow([name]) else { throw error }
            return []
        }
    }
}

extension SQLError {
    /// Whether names were refused because one of them has characters that the column's character set has not: no row can
    /// have it.
    ///
    /// A name in ASCII fits every column: then it is the table's own trouble.
    fileprivate func isOfNoRow(_ names: [String]) -> Bool {
        isAboutCharacters && names.contains { $0.utf8.contains { $0 >= 0x80 } }
    }
}
