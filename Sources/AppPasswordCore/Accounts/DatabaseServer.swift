internal import AuditCore

/// A MariaDB or MySQL server, and how to log in there.
public struct DatabaseServer: Sendable, Equatable {
    /// The database user.
    public var user: String
    /// The database user's password; empty for none.
    public var password: Secret
    /// Name or address, IPv6 without brackets; always reached by TCP, `localhost` too.
    public var host: String
    /// TCP port.
    public var port: UInt16
    /// The socket's path; if set, host and port are not used.
    public var unixSocket: String?
    /// The database's name.
    public var database: String
    /// A PEM file of CA certificates: TLS is required, and the certificate and the name in it are checked.
    public var tlsCA: String?
    /// Whether the password may be sent encrypted for whatever key the server names (`caching_sha2_password`) without TLS and
    /// beyond this machine.
    public var trustsServerKey = false
    /// A PEM file with our own certificate.
    public var tlsCertificate: String?
    /// A PEM file with its key.
    public var tlsKey: String?

    /// Makes a server on this host.
    public init(user: String, password: Secret, host: String = "127.0.0.1", port: UInt16 = 3306, database: String) {
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        self.database = database
    }

    /// Whether it is reached without leaving this machine: by a socket, a loopback address or as `localhost`.
    public var isOnThisMachine: Bool {
        unixSocket != nil || IPAddress.isLoopback(host: host)
    }

    /// Reads a server and how to log in there. What options say of these goes before what the DSN says elsewhere, as with
    /// SQLAlchemy.
    init(_ url: DatabaseURL, _ options: inout DatabaseOptions) throws(DatabaseDSNError) {
        try options.refuse()
        user = try options.take("user", or: url.user, what: "user") ?? ""
        guard !user.isEmpty else {
            throw DatabaseDSNError("names no user: write user:password@host before the database")
        }
        password = Secret(try options.take("password", "passwd", or: url.password, what: "password") ?? "")
        host = try options.take("host", or: url.host, what: "host") ?? "localhost"
        guard !host.contains("@") else { throw DatabaseDSNError("an @ in the password is written %40") }
        guard !host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw DatabaseDSNError("the host has a blank or a control character")
        }
        port = 3306
        if let text = try options.take("port", or: url.port, what: "port") {
            guard let number = UInt16(text), number > 0 else {
                throw DatabaseDSNError("what follows the host's colon is no port")
            }
            port = number
        }
        database = try options.take("database", "db", or: url.database, what: "database") ?? ""
        guard !database.isEmpty else { throw DatabaseDSNError("names no database") }
        unixSocket = try options.take("unix_socket")
        tlsCA = try options.take("ssl_ca")
        tlsCertificate = try options.take("ssl_cert")
        tlsKey = try options.take("ssl_key")
        try options.finishServer(isVerified: tlsCA != nil, isOnThisMachine: isOnThisMachine)
        trustsServerKey = options.trustsServerKey
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw DatabaseDSNError("ssl_cert and ssl_key go together")
        }
        guard tlsCertificate == nil || tlsCA != nil else { throw DatabaseDSNError("ssl_cert needs ssl_ca") }
    }
}
