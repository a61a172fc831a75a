internal import AppPasswordCore
internal import CMariaDB
internal import Glibc

/// What libmariadb said of a call that failed.
struct SQLError: Error, Sendable {
    /// libmariadb's number (2000-2999, 5000-5999) or the server's.
    let number: UInt32
    /// Whether the call took as long as it was allowed to.
    let tookTooLong: Bool
    /// For operators; empty where the server's text may quote what was stored.
    let detail: String

    /// Whether it is what came of asking for a connection.
    var isOfConnecting = false
    /// Whether it is what came of asking to commit: unless it is known that nothing was, it may have been.
    var isOfCommitting = false
    /// Whether we found it out ourselves, of an answer to what changes nothing before it is committed.
    private var isOurs = false
    /// What anybody may be told of it; empty if there is nothing.
    var hint = ""

    init(number: UInt32, message: String, tookTooLong: Bool) {
        self.number = number
        self.tookTooLong = tookTooLong
        // Bytes of the library's memory in place of a name are nobody's to see.
        let isText = message.utf8.allSatisfy { (0x20..<0x7F).contains($0) } || Int32(number) != CR_PLUGIN_NOT_ALLOWED
        detail = "error \(number)" + (Self.quotesNothing(number) && isText ? ": \(message.prefix(300))" : "")
    }

    /// What the last call on a connection failed with.
    init(of handle: UnsafeMutablePointer<MYSQL>, _ watch: Stopwatch) {
        unsafe self.init(
            number: mysql_errno(handle), message: String(cString: mysql_error(handle)), tookTooLong: watch.isOver)
    }

    /// An answer that is none to what was asked.
    static func malformed(_ what: String) -> SQLError {
        var error = SQLError(number: UInt32(CR_MALFORMED_PACKET), message: what, tookTooLong: false)
        error.isOurs = true
        return error
    }

    /// The limits of app passwords, which were there before, are not to be seen any more.
    static var limitsLost: SQLError {
        SQLError(
            number: UInt32(ER_NO_SUCH_TABLE),
            message:
                "app_password_limits is gone, or may not be read any more: give it back, or restart to go on without limits",
            tookTooLong: false)
    }

    /// A server that takes no changes, where one that does is wanted.
    static var readOnly: SQLError {
        SQLError(number: UInt32(ER_OPTION_PREVENTS_STATEMENT), message: "the server is read_only", tookTooLong: false)
    }

    /// A replica that may show a change before an earlier one.
    static var outOfOrder: SQLError {
        SQLError(
            number: UInt32(ER_OPTION_PREVENTS_STATEMENT),
            message: "it applies with several threads in any order: replica_preserve_commit_order is OFF there",
            tookTooLong: false)
    }

    /// A node that is not part of its cluster at the moment.
    static var clusterNotReady: SQLError {
        SQLError(number: UInt32(ER_UNKNOWN_COM_ERROR), message: "WSREP is not ready", tookTooLong: false)
    }

    /// As many connections as the server is known to allow are open.
    static var connectionLimit: SQLError {
        var error = SQLError(
            number: UInt32(ER_TOO_MANY_USER_CONNECTIONS), message: "no connection is left", tookTooLong: false)
        error.isOfConnecting = true
        return error
    }

    /// The same of a connection that was not had, with what anybody may be told of it.
    func ofConnecting(to server: DatabaseServer) -> SQLError {
        var error = self
        error.isOfConnecting = true
        error.hint =
            switch Int32(number) {
            case ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR: "access denied"
            case _ where isAboutPlugin && !server.allowsServerKey && mayBeAboutServerKey:
                "it asks for caching_sha2_password, by which it can read the password: give ssl_ca=…, or allow it with "
                    + "auth_plugin=caching_sha2_password in the dsn"
            case CR_PLUGIN_NOT_ALLOWED: "it asks for a way to log in that is not allowed"
            case _ where isNoConnection: server.unixSocket.map { "\($0): \(systemError ?? "no connection")" } ?? ""
            default: ""
            }
        return error
    }

    /// Whether the server asks for a way to log in that is not to be had.
    private var isAboutPlugin: Bool {
        [CR_PLUGIN_NOT_ALLOWED, CR_AUTH_PLUGIN_CANNOT_LOAD, CR_AUTH_PLUGIN_ERR].contains(Int32(number))
    }

    /// Whether that may be `caching_sha2_password`. Of what a server asks for in its greeting the library has lost the name
    /// when it says so, and shows other bytes in its place.
    private var mayBeAboutServerKey: Bool {
        detail.contains("caching_sha2_password") || !["_password", "dialog"].contains(where: detail.contains)
    }

    /// The system's own words, where the library's text ends with the number of its error, as it does for sockets of this
    /// machine (of TCP it knows only that the connection was under way): `… (111)`.
    private var systemError: String? {
        guard detail.last == ")", let open = detail.lastIndex(of: "("),
            let code = Int32(detail[detail.index(after: open)...].dropLast().split(separator: " ").first ?? "")
        else { return nil }
        return unsafe "\(String(cString: strerror(code))) (errno \(code))"
    }

    /// Rows that the `log` table left out although their passwords are there.
    init(notTaken count: Int, of all: Int) {
        number = UInt32(ER_UNKNOWN_ERROR)
        tookTooLong = false
        detail =
            "the log table left out \(count) of \(all) rows whose passwords exist: is a partition missing for their time?"
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

    /// Whether the server prepares no more statements, or none at all (a proxy, for one): sent as text they run.
    var hasNoPreparedStatement: Bool {
        !isOfWrongServer
            && [ER_MAX_PREPARED_STMT_COUNT_REACHED, ER_UNSUPPORTED_PS, ER_UNKNOWN_COM_ERROR].contains(Int32(number))
    }

    /// Whether another server is to be asked: this one takes no changes, or its cluster is not ready. Nothing was done.
    var isOfWrongServer: Bool {
        switch Int32(number) {
        case _ where isOfCommitting: false
        case ER_OPTION_PREVENTS_STATEMENT, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: true
        case ER_UNKNOWN_COM_ERROR: detail.contains("WSREP")
        default: false
        }
    }

    /// Whether a table or a column is not what it was taken for.
    var isAboutTables: Bool { [ER_NO_SUCH_TABLE, ER_BAD_FIELD_ERROR].contains(Int32(number)) }

    /// Whether the server has no more connections for us.
    var isConnectionLimit: Bool {
        isOfConnecting
            && [ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED].contains(Int32(number))
    }

    /// Whether a text has characters that the column's character set has not, so that no row can hold it.
    var isAboutCharacters: Bool {
        switch Int32(number) {
        case ER_CANT_AGGREGATE_2COLLATIONS, ER_CANT_AGGREGATE_3COLLATIONS, ER_CANT_AGGREGATE_NCOLLATIONS,
            ER_INVALID_CHARACTER_STRING, ER_TRUNCATED_WRONG_VALUE_FOR_FIELD,
            1977 /* MariaDB: cannot convert a character */, 3854 /* MySQL: cannot convert a string */,
            3988 /* MySQL: conversion impossible for a parameter */:
            true
        default: false
        }
    }

    /// What callers of the ports see.
    var backendError: BackendError {
        let code: BackendError.Code =
            switch Int32(number) {
            case ER_LOCK_WAIT_TIMEOUT, ER_STATEMENT_TIMEOUT, 3024 /* MySQL: statement timed out */: .timedOut
            // A conflict, which rolls back, is a clear no; what else a server or a proxy says there is not.
            case _ where isOfCommitting && number != UInt32(ER_LOCK_DEADLOCK): tookTooLong ? .timedOut : .unreachable
            case _ where isOurs: .refused
            case CR_PLUGIN_NOT_ALLOWED, CR_AUTH_PLUGIN_CANNOT_LOAD, CR_AUTH_PLUGIN_ERR: .refused
            case _ where isConnectionLost: tookTooLong ? .timedOut : .unreachable
            case _ where isConnectionLimit: .overloaded
            default: .refused
            }
        return BackendError("database", code, detail: detail, hint: hint)
    }

    /// Texts of the client library, of refused logins and of missing tables, columns and rights name no values.
    private static func quotesNothing(_ number: UInt32) -> Bool {
        switch Int32(number) {
        case ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ER_DBACCESS_DENIED_ERROR, ER_BAD_DB_ERROR,
            ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED, ER_MAX_PREPARED_STMT_COUNT_REACHED, ER_UNSUPPORTED_PS,
            ER_UNKNOWN_COM_ERROR, ER_NO_SUCH_TABLE, ER_BAD_FIELD_ERROR,
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
