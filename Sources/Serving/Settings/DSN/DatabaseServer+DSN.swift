internal import AppPasswordCore

extension DatabaseServer {
    /// Reads a server and how to log in there. What options say of these goes before what the DSN says elsewhere, as with
    /// SQLAlchemy.
    ///
    /// - Parameter standard: Which of several servers are of use where neither says.
    init(
        _ url: DatabaseURL, _ options: inout DatabaseOptions, ofSeveral standard: Target
    ) throws(DatabaseDSNError) {
        try options.refuse()
        let user = try options.take("user", or: url.user, what: "user") ?? ""
        guard !user.isEmpty else {
            throw DatabaseDSNError("names no user: write user:password@host before the database")
        }
        let password = Secret(try options.take("password", "passwd", or: url.password, what: "password") ?? "")
        self.init(user: user, password: password, host: "localhost", port: 3306, database: "")
        guard url.others.isEmpty || !options.has("host", "port") else {
            throw DatabaseDSNError("several hosts are named between @ and /, not by the options host and port")
        }
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
            target = standard
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
        guard !text.contains(",") else { throw DatabaseDSNError("the host has a comma") }
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
