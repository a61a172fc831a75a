internal import AppPasswordCore
internal import CMariaDB

/// One lane's connection: made when it is first needed, made anew when it was lost.
///
/// Belongs to one thread.
@safe final class MariaDBConnection {
    /// What the connections of one kind are for.
    enum Role {
        /// Logins, in the primary.
        case login
        /// Writing the log, and what administrators do.
        case writing
        /// Writing the heartbeat.
        case beating
        /// Logins, in a replica.
        case replica
    }

    /// What the connections of one kind share.
    struct Shared: Sendable {
        let role: Role
        /// Says which of the servers to ask for a connection, and when.
        let choice: ServerChoice
        /// A connection that has been idle for longer is not worth a try.
        var idleLimit: Duration
        /// How many there may be; nil: there is one.
        var budget: ConnectionBudget?
        /// Told what an administrator should know.
        var notice: @Sendable (MariaDBNotice) -> Void
        /// Whether limits of app passwords were ever seen.
        let limits: LimitsMemory
    }

    private let server: DatabaseServer
    private let timeout: Duration
    private let patience: Duration
    private let shared: Shared
    private var handle: UnsafeMutablePointer<MYSQL>?
    private var statements: [String: any Statement] = [:]
    private var lastAnswer = ContinuousClock.now
    /// Which of the servers it is to, by its place in the settings.
    private var place = 0
    /// What shuts the socket down if the answer that is waited for does not come.
    private var cut: SocketCut?
    /// What the tables have, and when that was asked for.
    private var shape: (tables: TableShape, asked: ContinuousClock.Instant)?
    /// Until when statements are sent as text.
    private var plainUntil: ContinuousClock.Instant?

    /// A connection that has been idle for longer may be dead without a word.
    private static let longIdle = Duration.seconds(1)
    /// For how long it is taken for granted that the tables lack something: somebody may bring them up to date.
    private static let shapePause = Duration.seconds(10)
    /// For how long statements are sent as text before preparing one is tried again.
    private static let plainPause = Duration.seconds(60)

    /// - Parameter timeout: Of each connect, read and write; libmariadb counts in whole seconds, so it is rounded up.
    init(_ server: DatabaseServer, timeout: Duration, shared: Shared) {
        _ = Self.library
        self.server = server
        self.timeout = .seconds(max(1, timeout.components.seconds + (timeout.components.attoseconds > 0 ? 1 : 0)))
        patience = min(timeout / 4, .milliseconds(500))
        self.shared = shared
    }

    deinit { close() }

    /// Whether there is a connection, as far as is known.
    var isOpen: Bool { unsafe handle != nil }

    /// What statements are for, which decides how a connection that the server closed while it was idle is replaced.
    enum Purpose {
        /// They change nothing: they are run once more on a fresh connection.
        case reading
        /// They may change something: the old connection is asked for a sign of life first, and they run once.
        case changes
    }

    /// Runs statements, on a fresh connection if there is none or the old one is dead.
    ///
    /// A connection that was idle and does not answer within a fraction of the timeout (a firewall has forgotten it) is
    /// taken for dead, so that there is time left for a fresh one.
    ///
    /// - Parameter deadline: After which nothing is begun anew.
    func perform<Value>(
        by deadline: ContinuousClock.Instant, for purpose: Purpose,
        _ body: (MariaDBConnection) throws(SQLError) -> Value
    ) throws(BackendError) -> Value {
        defer { if let budget = shared.budget, budget.isExceeded { close() } }
        let idle = ContinuousClock.now - lastAnswer
        if idle > shared.idleLimit || isOpen && shared.choice.hasBetter(than: place) { close() }
        if isOpen, purpose == .changes, (try? answered(within: patience, ping)) == nil { close() }
        let mayBeDead = isOpen && purpose == .reading
        do {
            guard mayBeDead, idle > Self.longIdle else { return try attempt(body) }
            return try answered(within: patience) { () throws(SQLError) in try attempt(body) }
        } catch {
            let isWorthARetry =
                error.needsFreshStatement || mayBeDead && error.isConnectionLost && !error.tookTooLong
                || shared.choice.isMany && error.isOfWrongServer
            guard isWorthARetry, ContinuousClock.now < deadline else { throw error.backendError }
        }
        do { return try attempt(body) } catch { throw error.backendError }
    }

    /// Runs a statement that is prepared once for each connection, and reads its rows.
    func select<Row>(
        _ sql: String, _ parameters: [SQLValue], _ read: (any ResultRow) -> Row?
    ) throws(SQLError) -> [Row] {
        let watch = Stopwatch(timeout)
        let statement = try statement(sql, isKept: true, watch)
        _ = try statement.execute(parameters, watch: watch)
        return try statement.rows(watch: watch, read)
    }

    /// Runs a statement whose text varies, without keeping it prepared, and reads its rows.
    func selectOnce<Row>(
        _ sql: String, _ parameters: [SQLValue], _ read: (any ResultRow) -> Row?
    ) throws(SQLError) -> [Row] {
        let watch = Stopwatch(timeout)
        let statement = try statement(sql, isKept: false, watch)
        _ = try statement.execute(parameters, watch: watch)
        return try statement.rows(watch: watch, read)
    }

    /// Runs a statement that changes something.
    ///
    /// - Parameter isKept: Whether to keep it prepared; not for statements whose text varies.
    func change(_ sql: String, _ parameters: [SQLValue], isKept: Bool = true) throws(SQLError)
        -> (rows: Int, insertedID: Int64)
    {
        let watch = Stopwatch(timeout)
        let statement = try statement(sql, isKept: isKept, watch)
        return (try statement.execute(parameters, watch: watch), statement.insertedID)
    }

    /// What the tables have; asked for once on each connection, and every ten seconds where they lack something.
    func tables() throws(SQLError) -> TableShape {
        if let shape, shape.tables.isComplete || .now - shape.asked < Self.shapePause { return shape.tables }
        let tables = TableShape(try MariaDBStore.columns(self))
        // Passwords must not lose their limits with a right or a table. That a replica has some, which the primary may not
        // even be asked for, is no reason to let nobody in there.
        if shared.limits.areLost(tables, learns: shared.role != .replica) { throw SQLError.limitsLost }
        shape = (tables, .now)
        return tables
    }

    /// Runs statements in a transaction.
    ///
    /// - Parameter readsCommitted: Whether rows that are read with a lock and do not match are let go of at once; nothing
    ///   can be written then where the server logs statements.
    func transaction<Value>(
        readsCommitted: Bool = false, _ body: () throws(SQLError) -> Value
    ) throws(SQLError) -> Value {
        if readsCommitted { try command("SET TRANSACTION ISOLATION LEVEL READ COMMITTED") }
        try command("START TRANSACTION")
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            if !error.isConnectionLost { try? command("ROLLBACK") }
            throw error
        }
    }

    private func commit() throws(SQLError) {
        do throws(SQLError) {
            try command("COMMIT")
        } catch {
            var error = error
            error.isOfCommitting = true
            throw error
        }
    }

    /// Runs statements in a transaction that leaves nothing behind.
    func undone(_ body: () throws(SQLError) -> Void) throws(SQLError) {
        try command("START TRANSACTION")
        do {
            try body()
        } catch {
            if !error.isConnectionLost { try? command("ROLLBACK") }
            throw error
        }
        try command("ROLLBACK")
    }

    /// Asks the server for a sign of life.
    func ping() throws(SQLError) {
        let watch = Stopwatch(timeout)
        guard let handle = unsafe handle, unsafe mysql_ping(handle) == 0 else { throw failure(watch) }
    }

    /// Closes the connection; the next statement makes a new one.
    func close() {
        callOffCut()
        statements = [:]
        shape = nil
        guard let handle = unsafe handle else { return }
        unsafe mysql_close(handle)
        unsafe self.handle = nil
        shared.budget?.closed()
    }

    private func attempt<Value>(_ body: (MariaDBConnection) throws(SQLError) -> Value) throws(SQLError) -> Value {
        if !isOpen { try connect() }
        do {
            let value = try body(self)
            lastAnswer = .now
            return value
        } catch {
            if error.needsFreshStatement { plainUntil = .now + Self.plainPause }
            if error.isAboutTables { shape = nil }
            if shared.choice.isMany, isOpen, error.isOfWrongServer || error.tookTooLong && error.isConnectionLost {
                shared.choice.failed(place, error)
            }
            let isOfNoUse = error.isConnectionLost || shared.choice.isMany && error.isOfWrongServer
            if isOfNoUse || error.needsFreshStatement { close() }
            throw error
        }
    }

    /// Runs something that needs an answer; without one within `patience` the connection is lost.
    private func answered<Value>(
        within patience: Duration, _ body: () throws(SQLError) -> Value
    ) throws(SQLError) -> Value {
        cut = unsafe handle.map { unsafe SocketCut(mysql_get_socket($0), after: patience) }
        defer { callOffCut() }
        return try body()
    }

    private func callOffCut() {
        cut?.callOff()
        cut = nil
    }

    /// Connects to the first server that can be had.
    private func connect() throws(SQLError) {
        if let budget = shared.budget, !budget.mayOpen { throw SQLError.connectionLimit }
        var isAdmitted = false
        let end = ContinuousClock.now + timeout
        var trouble: SQLError?
        // Of those that failed the last time one at most is tried before the others: each may take a second.
        var (first, last): ([Int], [Int]) = ([], [])
        var hasDoubtful = false
        for place in shared.choice.order {
            let isDoubtful = !shared.choice.gates[place].isClosed
            if isDoubtful, hasDoubtful { last.append(place) } else { first.append(place) }
            hasDoubtful = hasDoubtful || isDoubtful
        }
        for place in first + last where trouble == nil || .now < end {
            do throws(SQLError) {
                return try connect(to: place, &isAdmitted)
            } catch {
                // What one says of all of them is no reason not to ask the next; that one has no room is the best to know.
                if trouble == nil || error.isConnectionLimit { trouble = error }
            }
        }
        throw trouble ?? SQLError(number: UInt32(CR_CONNECTION_ERROR), message: "no server", tookTooLong: false)
    }

    /// - Parameter isAdmitted: Whether the budget has given its right, of which a server that is left alone uses nothing up.
    private func connect(to place: Int, _ isAdmitted: inout Bool) throws(SQLError) {
        let start = ContinuousClock.now
        let gate = shared.choice.gates[place]
        try gate.enter(at: start)
        if let budget = shared.budget, !isAdmitted {
            guard budget.admits() else { throw SQLError.connectionLimit }
            isAdmitted = true
        }
        guard let new = unsafe mysql_init(nil) else {
            throw SQLError(number: UInt32(CR_OUT_OF_MEMORY), message: "out of memory", tookTooLong: false)
        }
        let timeout = shared.choice.isMany ? min(self.timeout, .seconds(1)) : self.timeout
        unsafe Self.setOptions(
            of: new, for: server, connecting: UInt32(clamping: timeout.components.seconds),
            seconds: UInt32(clamping: self.timeout.components.seconds))
        let watch = Stopwatch(timeout)
        let (usesSocket, host) = (server.unixSocket != nil, server.hosts[place])
        let connected = unsafe mysql_real_connect(
            new, usesSocket ? "localhost" : host.name, server.user, server.password.revealed, server.database,
            usesSocket ? 0 : UInt32(host.port), server.unixSocket, UInt(CLIENT_FOUND_ROWS))
        guard unsafe connected != nil else {
            let error = unsafe SQLError(of: new, watch).ofConnecting(to: server)
            unsafe mysql_close(new)
            gate.failed(error, begunAt: start)
            if error.isConnectionLimit { shared.budget?.refused(error.detail) }
            throw error
        }
        unsafe handle = new
        (self.place, lastAnswer) = (place, .now)
        shared.budget?.opened()
        do throws(SQLError) {
            try checkUse()
        } catch {
            gate.failed(error, begunAt: start)
            close()
            throw error
        }
        gate.succeeded()
        shared.choice.use(place)
        if !usesSocket { Self.keepAlive(unsafe mysql_get_socket(new), timeout: self.timeout) }
    }

    /// Whether this server is one to ask, where there are several, or where only one that takes changes is wanted.
    private func checkUse() throws(SQLError) {
        if shared.role == .replica { try checkOrder() }
        guard shared.choice.isMany || server.target == .primary else { return }
        if server.target == .primary {
            let flags = try ask(
                "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'innodb_read_only', 'super_read_only')"
            ) { $0.text(1) }
            guard flags.allSatisfy({ $0 == "OFF" || $0 == "0" }) else { throw SQLError.readOnly }
        }
        // A server that is in no cluster says that it is not ready, too.
        guard try ask("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'", { $0.text(1) }).first == "ON" else { return }
        guard try ask("SHOW GLOBAL STATUS LIKE 'wsrep_ready'", { $0.text(1) }).first == "ON" else {
            throw SQLError.clusterNotReady
        }
        // Who writes looks for rows that may be there: those that another node has confirmed must be seen. A login waits for no
        // node that lags, least of all in a replica, whose answers show how old they are.
        if shared.role == .writing { try command("SET SESSION wsrep_sync_wait = 1") }
    }

    /// Sees to it that a replica shows a heartbeat only after all that was committed before it.
    private func checkOrder() throws(SQLError) {
        // One that several threads have at hand already, but that waits for its turn, must not be seen.
        try command("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        let variables = try ask(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN (\(ApplyingOrder.variables.map { "'\($0)'" }.joined(separator: ", ")))"
        ) { row in row.text(0).map { ($0, row.text(1) ?? "") } }
        guard ApplyingOrder.isKept(variables) else { throw SQLError.outOfOrder }
    }

    /// Runs what need not be prepared and has no parameters, and reads its rows.
    private func ask<Row>(_ sql: String, _ read: (any ResultRow) -> Row?) throws(SQLError) -> [Row] {
        let watch = Stopwatch(timeout)
        guard let handle = unsafe handle else { throw failure(watch) }
        let statement = unsafe PlainStatement(sql, on: handle)
        _ = try statement.execute([], watch: watch)
        return try statement.rows(watch: watch, read)
    }

    /// A statement that is ready to be run: prepared, or as text where the server prepares none.
    private func statement(_ sql: String, isKept: Bool, _ watch: Stopwatch) throws(SQLError) -> any Statement {
        if let known = statements[sql] { return known }
        guard let handle = unsafe handle else { throw failure(watch) }
        if let until = plainUntil, ContinuousClock.now < until { return unsafe PlainStatement(sql, on: handle) }
        do {
            let statement = try unsafe PreparedStatement(sql, on: handle, watch: watch)
            if isKept { statements[sql] = statement }
            return statement
        } catch {
            guard error.hasNoPreparedStatement else { throw error }
            plainUntil = .now + Self.plainPause
            shared.notice(.noPreparedStatements(detail: error.detail))
            return unsafe PlainStatement(sql, on: handle)
        }
    }

    private func command(_ sql: String) throws(SQLError) {
        let watch = Stopwatch(timeout)
        guard let handle = unsafe handle, unsafe mysql_real_query(handle, sql, UInt(sql.utf8.count)) == 0 else {
            throw failure(watch)
        }
    }

    private func failure(_ watch: Stopwatch) -> SQLError {
        guard let handle = unsafe handle else {
            return SQLError(number: UInt32(CR_SERVER_GONE_ERROR), message: "no connection", tookTooLong: false)
        }
        return unsafe SQLError(of: handle, watch)
    }

    /// libmariadb's set-up, once for the process: `mysql_init` alone would do it in a race.
    private static let library: Bool = mysql_server_init(0, nil, nil) == 0
}
