internal import Foundation
internal import TestServers

/// Logins as mail clients do them.
extension DovecotServer {
    /// Logs in over IMAP with `LOGIN`, quoted or as literals, and logs out again.
    ///
    /// - Parameters:
    ///   - password: Any bytes.
    ///   - address: The client's address, as Dovecot is told by `ID` (it trusts this client); nil: 127.0.0.1.
    public func imapLogin(user: String, password: some Sequence<UInt8> & Sendable, from address: String? = nil)
        async throws -> LoginReply
    {
        try await offPool { [port = ports.imap] in
            try IMAPClient(port: port).login(user: user, password: Array(password), from: address)
        }
    }

    /// Logs in over IMAP with a password that is text.
    public func imapLogin(user: String, password: String, from address: String? = nil) async throws -> LoginReply {
        try await imapLogin(user: user, password: password.utf8, from: address)
    }

    /// Logs in over IMAP within TLS, whose certificate is checked, and out again.
    public func imapsLogin(user: String, password: String) async throws -> LoginReply {
        let arguments = [certificates.authority, "\(ports.imaps)", user, password]
        let result = try await offPool { try Command.run(["/usr/bin/python3", "-c", TLSClient.script] + arguments) }
        guard result.status == 0, let line = result.output.split(separator: "\n").last else {
            throw DovecotError("IMAP within TLS: \(result.output)")
        }
        return line == "OK" ? .ok : LoginReply(refusal: line.dropFirst(2))
    }

    /// Logs in over POP3 with `USER` and `PASS`, and quits.
    public func popLogin(user: String, password: String, from address: String? = nil) async throws -> LoginReply {
        try await offPool { [port = ports.pop3] in
            try POP3Client(port: port).login(user: user, password: password, from: address)
        }
    }

    /// Logs in for submission with `AUTH PLAIN`, and quits.
    public func submissionLogin(user: String, password: String, from address: String? = nil) async throws
        -> LoginReply
    {
        guard let port = ports.submission else {
            throw DovecotError("Dovecot \(version) has no submission server here")
        }
        return try await offPool {
            try SubmissionClient(port: port).login(user: user, password: password, from: address)
        }
    }
}

/// A login at a mail server that asks Dovecot.
public enum SMTPLogin {
    /// Logs in at a port of 127.0.0.1 with `AUTH PLAIN`, and quits.
    ///
    /// - Parameter address: The client's address, as the server is told by `XCLIENT`; nil: 127.0.0.1.
    public static func attempt(port: UInt16, user: String, password: String, from address: String? = nil) async throws
        -> LoginReply
    {
        try await offPool { try SubmissionClient(port: port).login(user: user, password: password, from: address) }
    }
}

/// A client of IMAP within TLS.
private enum TLSClient {
    /// `argv`: the authority's certificate, port, user, password.
    static let script = """
        import imaplib, ssl, sys
        authority, port, user, password = sys.argv[1:5]
        context = ssl.create_default_context(cafile=authority)
        client = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=context, timeout=30)
        try:
            client.login(user, password)
            client.logout()
            print("OK")
        except imaplib.IMAP4.error as error:
            print("NO " + (error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)))
        """
}
