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

    /// Reads what follows `://`: `user:password@host:port/database?option=value`.
    ///
    /// As SQLAlchemy does: the user ends at the first `:`, the password at the first `@` after it, and may hold `/`.
    init(parsing text: Substring) throws(DatabaseDSNError) {
        var rest = text
        let userEnd = rest.firstIndex { ":/@?".contains($0) } ?? rest.endIndex
        let credentialsEnd: Substring.Index? =
            if userEnd < rest.endIndex, rest[userEnd] == "@" {
                userEnd
            } else if userEnd < rest.endIndex, rest[userEnd] == ":" {
                rest[userEnd...].firstIndex(of: "@")
            } else {
                nil
            }
        guard let credentialsEnd, userEnd > rest.startIndex else {
            throw DatabaseDSNError("names no user: write user:password@host before the database")
        }
        user = try Self.decoded(rest[..<userEnd], what: "user")
        password = Secret(
            userEnd == credentialsEnd
                ? "" : try Self.decoded(rest[rest.index(after: userEnd)..<credentialsEnd], what: "password"))
        rest = rest[rest.index(after: credentialsEnd)...]

        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { throw DatabaseDSNError("a [ is not closed") }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
        } else {
            let end = rest.firstIndex { ":/?".contains($0) } ?? rest.endIndex
            host = try Self.decoded(rest[..<end], what: "host")
            rest = rest[end...]
        }
        guard !host.contains("@") else { throw DatabaseDSNError("an @ in user or password is written %40") }
        if host.isEmpty { host = "localhost" }

        port = 3306
        if rest.first == ":" {
            let end = rest.firstIndex { "/?".contains($0) } ?? rest.endIndex
            guard let number = UInt16(rest[rest.index(after: rest.startIndex)..<end]), number > 0 else {
                throw DatabaseDSNError("what follows the host's colon is no port")
            }
            port = number
            rest = rest[end...]
        }

        let queryStart = rest.firstIndex(of: "?") ?? rest.endIndex
        guard rest.first == "/", case let name = rest[..<queryStart].dropFirst(), !name.isEmpty else {
            throw DatabaseDSNError("names no database")
        }
        database = try Self.decoded(name, what: "database")
        for option in rest[queryStart...].dropFirst().split(separator: "&") { try set(option) }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw DatabaseDSNError("ssl_cert and ssl_key go together")
        }
        guard tlsCertificate == nil || tlsCA != nil else { throw DatabaseDSNError("ssl_cert needs ssl_ca") }
    }

    private mutating func set(_ option: Substring) throws(DatabaseDSNError) {
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0]
        guard parts.count == 2 else { throw DatabaseDSNError("an option has no value") }
        let value = try Self.decoded(parts[1], what: "option")
        let isTrue = ["1", "true", "yes", "on"].contains(value.lowercased())
        switch name {
        case "unix_socket": unixSocket = value
        case "ssl_ca": tlsCA = value
        case "ssl_cert": tlsCertificate = value
        case "ssl_key": tlsKey = value
        case "charset": break  // we always speak utf8mb4
        case "ssl_verify_cert", "ssl_verify_identity":
            guard isTrue else { throw DatabaseDSNError("\(name) cannot be switched off: certificates are checked") }
        default:
            let known = "unix_socket, ssl_ca, ssl_cert, ssl_key, ssl_verify_cert, ssl_verify_identity, charset"
            let isWord = name.count <= 40 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            throw DatabaseDSNError("unknown option\(isWord ? " \(name)" : ""); known are \(known)")
        }
    }

    /// Percent-decodes; `what` is named in the error.
    private static func decoded(_ text: Substring, what: String) throws(DatabaseDSNError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw DatabaseDSNError("a % in the \(what) is written %25")
            }
            bytes.append(high << 4 | low)
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw DatabaseDSNError("the \(what) is not UTF-8 text")
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
