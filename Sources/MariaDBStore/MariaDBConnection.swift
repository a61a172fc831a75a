internal import AppPasswordCore
internal import BlockingLanes
internal import CMariaDB

/// One lane's connection: made when it is first needed, made anew when it was lost.
///
/// Belongs to one thread.
@safe final class MariaDBConnection {
    private let server: DatabaseServer
    private let timeout: Duration
    private let circuit: Circuit
    private var handle: UnsafeMutablePointer<MYSQL>?
    private var statements: [String: PreparedStatement] = [:]

    /// - Parameters:
    ///   - timeout: Of each connect, read and write; libmariadb counts in whole seconds, so it is rounded up.
    ///   - circuit: Shared by the connections of a store.
    init(_ server: DatabaseServer, timeout: Duration, circuit: Circuit) {
        _ = Self.library
        self.server = server
        self.timeout = .seconds(max(1, timeout.components.seconds + (timeout.components.attoseconds > 0 ? 1 : 0)))
        self.circuit = circuit
    }

    deinit { close() }

    /// What statements are for, which decides how a connection that the server closed while it was idle is replaced.
    enum Purpose {
        /// They change nothing: they are run once more on a fresh connection.
        case reading
        /// They may change something: the old connection is asked for a sign of life first, and they run once.
        case changes
    }

    /// Runs statements, on a fresh connection if there is none or the old one is dead.
    ///
    /// - Parameter deadline: After which nothing is begun anew.
    func perform<Value>(
        by deadline: ContinuousClock.Instant, for purpose: Purpose,
        _ body: (MariaDBConnection) throws(SQLError) -> Value
    ) throws(BackendError) -> Value {
        var wasOpen = unsafe handle != nil
        if wasOpen, purpose == .changes {
            if (try? ping()) == nil { close() }
            wasOpen = false
        }
        do {
            return try attempt(body)
        } catch {
            guard wasOpen, error.isConnectionLost || error.needsFreshStatement, !error.tookTooLong,
                ContinuousClock.now < deadline
            else { throw error.backendError }
        }
        do { return try attempt(body) } catch { throw error.backendError }
    }

    /// Runs a statement that is prepared once for each connection, and reads its rows.
    func select<Row>(
        _ sql: String, _ parameters: [SQLValue], _ read: (PreparedStatement) -> Row?
    ) throws(SQLError) -> [Row] {
        let watch = Stopwatch(timeout)
        let statement = try prepared(sql, watch)
        _ = try statement.execute(parameters, watch: watch)
        return try statement.rows(watch: watch, read)
    }

    /// Runs a statement whose text varies, without keeping it prepared, and reads its rows.
    func selectOnce<Row>(
        _ sql: String, _ parameters: [SQLValue], _ read: (PreparedStatement) -> Row?
    ) throws(SQLError) -> [Row] {
        let watch = Stopwatch(timeout)
        let statement = try prepare(sql, watch)
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
        let statement = isKept ? try prepared(sql, watch) : try prepare(sql, watch)
        return (try statement.execute(parameters, watch: watch), statement.insertedID)
    }

    /// Runs statements in a transaction.
    func transaction<Value>(_ body: () throws(SQLError) -> Value) throws(SQLError) -> Value {
        try command("START TRANSACTION")
        do {
            let value = try body()
            try command("COMMIT")
            return value
        } catch {
            if !error.isConnectionLost { try? command("ROLLBACK") }
            throw error
        }
    }

    /// Asks the server for a sign of life.
    func ping() throws(SQLError) {
        let watch = Stopwatch(timeout)
        guard let handle = unsafe handle, unsafe mysql_ping(handle) == 0 else { throw failure(watch) }
    }

    private func attempt<Value>(_ body: (MariaDBConnection) throws(SQLError) -> Value) throws(SQLError) -> Value {
        if unsafe handle == nil { try connect() }
        do {
            return try body(self)
        } catch {
            if error.isConnectionLost || error.needsFreshStatement { close() }
            throw error
        }
    }

    private func connect() throws(SQLError) {
        let start = ContinuousClock.now
        guard circuit.admits(at: start) else {
            throw SQLError(
                number: UInt32(CR_CONN_HOST_ERROR), message: "could not be reached a moment ago", tookTooLong: false)
        }
        guard let new = unsafe mysql_init(nil) else {
            throw SQLError(number: UInt32(CR_OUT_OF_MEMORY), message: "out of memory", tookTooLong: false)
        }
        unsafe setOptions(of: new)
        unsafe handle = new
        let watch = Stopwatch(timeout)
        let usesSocket = server.unixSocket != nil
        let connected = unsafe mysql_real_connect(
            new, usesSocket ? "localhost" : server.host, server.user, server.password.revealed, server.database,
            usesSocket ? 0 : UInt32(server.port), server.unixSocket, UInt(CLIENT_FOUND_ROWS))
        guard unsafe connected != nil else {
            let error = failure(watch)
            close()
            if error.isNoConnection {
                circuit.refused(at: .now, begunAt: start)
            } else {
                circuit.failed(at: .now, begunAt: start)
            }
            throw error
        }
        circuit.succeeded(at: .now)
    }

    private func setOptions(of handle: UnsafeMutablePointer<MYSQL>) {
        func set(_ option: mysql_option, _ text: String) {
            _ = unsafe text.withCString { unsafe mysql_options(handle, option, $0) }
        }
        func set(_ option: mysql_option, _ number: UInt32) {
            _ = unsafe withUnsafePointer(to: number) { unsafe mysql_options(handle, option, $0) }
        }
        let seconds = UInt32(clamping: timeout.components.seconds)
        for option in [MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT] {
            set(option, seconds)
        }
        set(MYSQL_OPT_PROTOCOL, server.unixSocket == nil ? MYSQL_PROTOCOL_TCP.rawValue : MYSQL_PROTOCOL_SOCKET.rawValue)
        set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
        set(MYSQL_OPT_LOCAL_INFILE, 0)
        // The session's own settings, so that the server's do not matter: times in UTC; too long values are errors.
        set(
            MYSQL_INIT_COMMAND,
            "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"
                + "NO_ENGINE_SUBSTITUTION', autocommit = 1, innodb_lock_wait_timeout = \(max(2, seconds) - 1)")
        if let authority = server.tlsCA {
            set(MYSQL_OPT_SSL_CA, authority)
            var yes: my_bool = 1
            _ = unsafe mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &yes)
            _ = unsafe mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes)
        }
        if let certificate = server.tlsCertificate { set(MYSQL_OPT_SSL_CERT, certificate) }
        if let key = server.tlsKey { set(MYSQL_OPT_SSL_KEY, key) }
    }

    private func prepared(_ sql: String, _ watch: Stopwatch) throws(SQLError) -> PreparedStatement {
        if let known = statements[sql] { return known }
        let statement = try prepare(sql, watch)
        statements[sql] = statement
        return statement
    }

    private func prepare(_ sql: String, _ watch: Stopwatch) throws(SQLError) -> PreparedStatement {
        guard let handle = unsafe handle else { throw failure(watch) }
        return try unsafe PreparedStatement(sql, on: handle, watch: watch)
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
        return unsafe SQLError(
            number: mysql_errno(handle), message: String(cString: mysql_error(handle)), tookTooLong: watch.isOver)
    }

    private func close() {
        statements = [:]
        if let handle = unsafe handle { unsafe mysql_close(handle) }
        unsafe handle = nil
    }

    /// libmariadb's set-up, once for the process: `mysql_init` alone would do it in a race.
    private static let library: Bool = mysql_server_init(0, nil, nil) == 0
}
