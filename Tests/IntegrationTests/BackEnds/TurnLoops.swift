import CMariaDB
import Testing

/// One thread's work.
protocol TurnLoop: AnyObject {
    /// Does it once; false if it went wrong.
    func turn() -> Bool
}

/// Logins over one connection that stays open.
final class LoginLoop: TurnLoop {
    private let client: HTTPClient
    private let requests: [String]
    private var next = 0

    init(_ port: Int, _ passwords: [String]) throws {
        client = try HTTPClient(port: port)
        requests = passwords.map { AuthBody.text("alice", $0, from: "198.18.0.1") }
    }

    func turn() -> Bool {
        next = (next + 1) % requests.count
        return client.request("POST", "/auth", requests[next]).status == 200
    }
}

/// The SELECT of a login on one connection of libmariadb, with fixed buffers, rows read and thrown away.
final class SelectLoop: TurnLoop {
    private let handle: UnsafeMutablePointer<MYSQL>
    private let statement: UnsafeMutablePointer<MYSQL_STMT>
    private let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: 6 * 512)
    private let binds = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: 6)

    init(_ socket: String) throws {
        handle = try #require(mysql_init(nil))
        try #require(mysql_real_connect(handle, "localhost", "root", "", "mail_auth", 0, socket, 0) != nil)
        statement = try #require(mysql_stmt_init(handle))
        let sql = "SELECT id, uid, password, deleted IS NOT NULL, created FROM app_passwords WHERE uid = ? LIMIT 10000"
        try #require(mysql_stmt_prepare(statement, sql, UInt(sql.utf8.count)) == 0)
        for column in 0..<6 {
            var bind = MYSQL_BIND()
            bind.buffer_type = MYSQL_TYPE_STRING
            bind.buffer = UnsafeMutableRawPointer(buffer + column * 512)
            bind.buffer_length = column == 5 ? 5 : 512
            (binds + column).initialize(to: bind)
        }
        for (index, byte) in "alice".utf8.enumerated() { buffer[5 * 512 + index] = CChar(byte) }
        try #require(mysql_stmt_bind_param(statement, binds + 5) == 0)
        try #require(mysql_stmt_bind_result(statement, binds) == 0)
    }

    deinit {
        mysql_stmt_close(statement)
        mysql_close(handle)
        buffer.deallocate()
        binds.deallocate()
    }

    func turn() -> Bool {
        guard mysql_stmt_execute(statement) == 0 else { return false }
        var rows = 0
        while mysql_stmt_fetch(statement) == 0 { rows += 1 }
        return rows == 5
    }
}
