internal import AppPasswordCore
internal import CMariaDB
internal import Glibc

/// How a connection is set up.
extension MariaDBConnection {
    /// Sets what has to be set before connecting.
    ///
    /// - Parameters:
    ///   - connecting: How long connecting may take, in seconds.
    ///   - seconds: How long each read and write may take.
    static func setOptions(
        of handle: UnsafeMutablePointer<MYSQL>, for server: DatabaseServer, connecting: UInt32, seconds: UInt32
    ) {
        func set(_ option: mysql_option, _ text: String) {
            _ = unsafe text.withCString { unsafe mysql_options(handle, option, $0) }
        }
        func set(_ option: mysql_option, _ number: UInt32) {
            _ = unsafe withUnsafePointer(to: number) { unsafe mysql_options(handle, option, $0) }
        }
        set(MYSQL_OPT_CONNECT_TIMEOUT, connecting)
        for option in [MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT] { set(option, seconds) }
        set(MYSQL_OPT_PROTOCOL, server.unixSocket == nil ? MYSQL_PROTOCOL_TCP.rawValue : MYSQL_PROTOCOL_SOCKET.rawValue)
        set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
        set(MYSQL_OPT_LOCAL_INFILE, 0)
        set(MARIADB_OPT_RESTRICTED_AUTH, plugins(for: server))
        // The session's own settings, so that the server's do not matter: names in UTF-8, whatever the server takes from
        // the handshake or does at connect; times in UTC; too long values are errors.
        set(
            MYSQL_INIT_COMMAND,
            "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"
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

    /// The ways to log in that the server may ask for: those that prove the password without sending it, and the password
    /// itself only over TLS whose certificate is checked.
    private static func plugins(for server: DatabaseServer) -> String {
        var plugins = "mysql_native_password,client_ed25519,parsec,auth_gssapi_client,unix_socket"
        if server.allowsServerKey { plugins += ",caching_sha2_password" }
        if server.isVerified { plugins += ",sha256_password,mysql_clear_password" }
        return plugins
    }

    /// Lets the kernel find out about a peer that is silent, and keeps a firewall's memory of the connection fresh.
    static func keepAlive(_ socket: Int32, timeout: Duration) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            _ = unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        let tcp = Int32(IPPROTO_TCP)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(tcp, TCP_KEEPIDLE, 30)
        set(tcp, TCP_KEEPINTVL, 10)
        set(tcp, TCP_KEEPCNT, 3)
        // What was sent and not acknowledged for so long is lost.
        set(tcp, TCP_USER_TIMEOUT, Int32(clamping: timeout.components.seconds * 1000))
    }
}

extension DatabaseServer {
    /// Whether nobody else can pose as the server.
    fileprivate var isVerified: Bool { tlsCA != nil && unixSocket == nil }

    /// Whether the server may ask for MySQL's `caching_sha2_password`. It proves the password at most logins, but has it sent
    /// when the server wants so, without TLS encrypted for a key that the server names: one that poses as it reads it.
    var allowsServerKey: Bool { isVerified || isOnThisMachine || trustsServerKey }
}
