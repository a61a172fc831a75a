internal import Foundation

/// As much of an IMAP client (RFC 3501, RFC 2971, RFC 7888) as a login needs.
struct IMAPClient {
    private let socket: LineSocket

    init(port: UInt16) throws {
        socket = try LineSocket(port: port)
        let banner = try socket.readLine()
        guard banner.hasPrefix("* OK") else { throw DovecotError("IMAP banner: \(banner)") }
    }

    func login(user: String, password: [UInt8], from address: String?) throws -> LoginReply {
        if let address {
            let identity = #"("name" "harness" "x-originating-ip" "\#(address)" "x-originating-port" "4711")"#
            let reply = try command("a1", Array("ID \(identity)".utf8))
            guard reply.hasPrefix("OK") else { throw DovecotError("ID: \(reply)") }
        }
        let login = Array("LOGIN ".utf8) + Self.argument(Array(user.utf8)) + [0x20] + Self.argument(password)
        let reply = try command("a2", login)
        if reply.hasPrefix("OK") {
            _ = try command("a3", Array("LOGOUT".utf8))
            return .ok
        }
        guard reply.hasPrefix("NO") else { throw DovecotError("LOGIN: \(reply)") }
        return LoginReply(refusal: reply.dropFirst(2)[...])
    }

    /// Sends a command and gives what its tagged response says.
    private func command(_ tag: String, _ bytes: [UInt8]) throws -> String {
        try socket.write(Array("\(tag) ".utf8) + bytes + [0x0D, 0x0A])
        while true {
            let line = try socket.readLine()
            if line.hasPrefix("\(tag) ") { return String(line.dropFirst(tag.utf8.count + 1)) }
        }
    }

    /// A quoted string where that can hold the bytes, else a literal that is not waited for.
    private static func argument(_ bytes: [UInt8]) -> [UInt8] {
        let fitsQuotes = bytes.allSatisfy { (0x20...0x7E).contains($0) }
        guard fitsQuotes else { return Array("{\(bytes.count)+}\r\n".utf8) + bytes }
        let escaped = bytes.flatMap { "\"\\".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
        return [UInt8(ascii: "\"")] + escaped + [UInt8(ascii: "\"")]
    }
}

/// As much of a POP3 client (RFC 1939) as a login needs.
struct POP3Client {
    private let socket: LineSocket

    init(port: UInt16) throws {
        socket = try LineSocket(port: port)
        let banner = try socket.readLine()
        guard banner.hasPrefix("+OK") else { throw DovecotError("POP3 banner: \(banner)") }
    }

    func login(user: String, password: String, from address: String?) throws -> LoginReply {
        if let address {
            // Dovecot's own, for clients that it trusts; it greets anew.
            let reply = try command("XCLIENT ADDR=\(address) PORT=4711")
            guard reply.hasPrefix("+OK") else { throw DovecotError("XCLIENT: \(reply)") }
        }
        let userReply = try command("USER \(user)")
        guard userReply.hasPrefix("+OK") else { return LoginReply(refusal: userReply.dropFirst(4)[...]) }
        let reply = try command("PASS \(password)")
        guard reply.hasPrefix("+OK") else { return LoginReply(refusal: reply.dropFirst(4)[...]) }
        _ = try command("QUIT")
        return .ok
    }

    private func command(_ text: String) throws -> String {
        try socket.write(Array("\(text)\r\n".utf8))
        return try socket.readLine()
    }
}

/// As much of an SMTP client (RFC 5321, RFC 4954) as a login needs.
struct SubmissionClient {
    private let socket: LineSocket

    init(port: UInt16) throws {
        socket = try LineSocket(port: port)
        let banner = try reply()
        guard banner.hasPrefix("220") else { throw DovecotError("SMTP banner: \(banner)") }
    }

    func login(user: String, password: String, from address: String?) throws -> LoginReply {
        _ = try command("EHLO harness")
        if let address {
            // For clients that Dovecot trusts; it greets anew.
            let reply = try command("XCLIENT ADDR=\(address) PORT=4711")
            guard reply.hasPrefix("220") else { throw DovecotError("XCLIENT: \(reply)") }
            _ = try command("EHLO harness")
        }
        let response = Data("\0\(user)\0\(password)".utf8).base64EncodedString()
        let reply = try command("AUTH PLAIN \(response)")
        guard reply.hasPrefix("235") else {
            return .no(code: String(reply.prefix(3)), text: String(reply.dropFirst(4)))
        }
        _ = try? command("QUIT")
        return .ok
    }

    private func command(_ text: String) throws -> String {
        try socket.write(Array("\(text)\r\n".utf8))
        return try reply()
    }

    /// The last line of a reply.
    private func reply() throws -> String {
        while true {
            let line = try socket.readLine()
            if line.dropFirst(3).first != "-" { return line }
        }
    }
}
