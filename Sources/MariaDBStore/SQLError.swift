internal import AppPasswordCore
internal import CMariaDB

/// What libmariadb said of a call that failed.
struct SQLError: Error {
    /// libmariadb's number (2000-2999, 5000-5999) or the server's.
    let number: UInt32
    /// Whether the call took as long as it was allowed to.
    let tookTooLong: Bool
    /// For operators; empty where the server's text may quote what was stored.
    let detail: String

    init(number: UInt32, message: String, tookTooLong: Bool) {
        self.number = number
        self.tookTooLong = tookTooLong
        detail = "error \(number)" + (Self.quotesNothing(number) ? ": \(message.prefix(300))" : "")
    }

    /// Whether the connection is of no more use: what the library itself reports is always trouble with the connection.
    /// Over TLS, for one, a server that is gone is not error 2006 or 2013 but 2026, whatever went wrong.
    var isConnectionLost: Bool {
        if Self.isOfLibrary(number) { return true }
        return switch Int32(number) {
        case ER_CONNECTION_KILLED, ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_NET_READ_ERROR,
            ER_NET_READ_INTERRUPTED, ER_NET_ERROR_ON_WRITE, ER_NET_WRITE_INTERRUPTED, ER_NET_PACKETS_OUT_OF_ORDER,
            4031 /* MySQL: closed for inactivity */:
            true
        default: false
        }
    }

    /// Whether no connection to the server's port or socket could be had.
    var isNoConnection: Bool { [CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR].contains(Int32(number)) }

    /// Whether the statement must be prepared anew, which a fresh connection does.
    var needsFreshStatement: Bool {
        number == UInt32(ER_NEED_REPREPARE) || number == UInt32(ER_UNKNOWN_STMT_HANDLER)
    }

    /// What callers of the ports see.
    var backendError: BackendError {
        let code: BackendError.Code =
            switch Int32(number) {
            case ER_LOCK_WAIT_TIMEOUT, ER_STATEMENT_TIMEOUT, 3024 /* MySQL: statement timed out */: .timedOut
            case _ where isConnectionLost: tookTooLong ? .timedOut : .unreachable
            case ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED: .overloaded
            default: .refused
            }
        return BackendError("database", code, detail: detail)
    }

    /// Texts of the client library, of refused logins and of missing tables, columns and rights name no values.
    private static func quotesNothing(_ number: UInt32) -> Bool {
        switch Int32(number) {
        case ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE, ER_BAD_FIELD_ERROR,
            ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR, ER_HOST_NOT_PRIVILEGED, ER_CON_COUNT_ERROR,
            ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_OPTION_PREVENTS_STATEMENT, ER_VIEW_INVALID, ER_SERVER_SHUTDOWN:
            true
        default: isOfLibrary(number)
        }
    }

    /// Whether the number is libmariadb's own, not the server's.
    private static func isOfLibrary(_ number: UInt32) -> Bool {
        (2000..<3000).contains(number) || (5000..<6000).contains(number)
    }
}
