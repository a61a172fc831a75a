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
    /// Servers with the same data, in the order in which they are tried when those before cannot be had.
    public var others: [DatabaseHost] = []
    /// Which of the servers are of use.
    public var target = Target.any
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

    /// Which of several servers are of use.
    public enum Target: String, Sendable, CaseIterable {
        /// Those that take changes: a replica, and a server that was told to be `read_only`, are passed over.
        case primary
        /// Any that answers.
        case any
    }

    /// All servers, in the order in which they are tried.
    public var hosts: [DatabaseHost] { [DatabaseHost(host, port: port)] + others }

    /// Makes a server on this host.
    public init(user: String, password: Secret, host: String = "127.0.0.1", port: UInt16 = 3306, database: String) {
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        self.database = database
    }

    /// Whether it is reached without leaving this machine: by a socket, loopback addresses or as `localhost`.
    public var isOnThisMachine: Bool {
        unixSocket != nil || hosts.allSatisfy { IPAddress.isLoopback(host: $0.name) }
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
        (host, port) = ("localhost", 3306)
        if let text = try options.take("host", or: url.host, what: "host") { host = try Self.host(text) }
        if let text = try options.take("port", or: url.port, what: "port") { port = try Self.port(text) }
        for other in url.others {
            let name = try Self.host(try DatabaseURL.decoded(other.host, what: "host"))
            others.append(
                DatabaseHost(
                    name,
                    port: try other.port.map { text throws(DatabaseDSNError) in try Self.port(String(text)) } ?? 3306))
        }
        if let text = try options.take("target") {
            guard let wanted = Target(rawValue: text) else { throw DatabaseDSNError("target is primary or any") }
            target = wanted
        } else if !others.isEmpty {
            target = .primary
        }
        database = try options.take("database", "db", or: url.database, what: "database") ?? ""
        guard !database.isEmpty else { throw DatabaseDSNError("names no database") }
        unixSocket = try options.take("unix_socket")
        guard unixSocket == nil || others.isEmpty else {
            throw DatabaseDSNError("unix_socket is one server, and several are named: keep one of the two")
        }
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

    private static func host(_ text: String) throws(DatabaseDSNError) -> String {
        guard !text.contains("@") else { throw DatabaseDSNError("an @ in the password is written %40") }
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw DatabaseDSNError("the host has a blank or a control character")
        }
        return text
    }

    private static func port(_ text: String) throws(DatabaseDSNError) -> UInt16 {
        guard let number = UInt16(text), number > 0 else {
            throw DatabaseDSNError("what follows the host's colon is no port")
        }
        return number
    }
}
