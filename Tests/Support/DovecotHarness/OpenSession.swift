internal import Glibc

/// A session that a mail client keeps open, with IMAP in IDLE (RFC 2177).
///
/// It ends with the object. `@unchecked Sendable`: only one task uses it.
public final class OpenSession: @unchecked Sendable {
    private let socket: LineSocket

    /// Logs in over IMAP and idles.
    ///
    /// - Parameters:
    ///   - dovecot: Where.
    ///   - address: Where the client says it is, which Dovecot believes; nil: 127.0.0.1.
    /// - Throws: ``DovecotError`` if it is not let in.
    public init(imap dovecot: DovecotServer, user: String, password: String, from address: String? = nil) throws {
        socket = try LineSocket(port: dovecot.ports.imap)
        _ = try socket.readLine()
        if let address {
            try say(#"a1 ID ("name" "harness" "x-originating-ip" "\#(address)" "x-originating-port" "4711")"#)
            try expect("a1 OK")
        }
        try say(#"a2 LOGIN "\#(user)" "\#(password)""#)
        try expect("a2 OK")
        try say("a3 SELECT INBOX")
        try expect("a3 OK")
        try say("a4 IDLE")
        try expect("+ ")
    }

    /// Logs in over POP3.
    public init(pop3 dovecot: DovecotServer, user: String, password: String) throws {
        socket = try LineSocket(port: dovecot.ports.pop3)
        try expect("+OK")
        try say("USER \(user)")
        try expect("+OK")
        try say("PASS \(password)")
        try expect("+OK")
    }

    /// Whether the server has closed the connection; what it said before is passed over.
    public var isClosed: Bool { socket.isClosed }

    private func say(_ line: String) throws { try socket.write(Array("\(line)\r\n".utf8)) }

    private func expect(_ prefix: String) throws {
        for _ in 0..<100 {
            let line = try socket.readLine()
            if line.hasPrefix(prefix) { return }
            if !line.hasPrefix("*") { throw DovecotError("\(prefix) was expected: \(line)") }
        }
        throw DovecotError("\(prefix) was expected")
    }
}
