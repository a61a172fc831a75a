internal import AuditCore

/// Which sessions of a mail server are meant.
package enum SessionMask: Sendable, Hashable, CustomStringConvertible {
    /// Those that a password opened, which the server knows by its id.
    case password(Int64)
    /// All of a user.
    case user(String)
    /// Those of a user from an address in canonical text.
    case userAndAddress(String, String)

    /// How sessions are told apart: `password`, `user`, `user_and_address`.
    package var way: String {
        switch self {
        case .password: "password"
        case .user: "user"
        case .userAndAddress: "user_and_address"
        }
    }

    /// For logs.
    package var description: String {
        switch self {
        case .password(let id): "password \(id)"
        case .user(let name): "user \(name.visible())"
        case .userAndAddress(let name, let address): "user \(name.visible()) from \(address)"
        }
    }
}

/// A mail server that can end sessions.
package protocol SessionServer: Sendable {
    /// What it is called in logs and records.
    var name: String { get }

    /// Ends sessions.
    ///
    /// - Returns: How many there were.
    /// - Throws: ``SessionServerError``.
    func end(_ sessions: SessionMask) async throws(SessionServerError) -> Int

    /// Has it forget what it remembers of a user's passwords.
    ///
    /// - Throws: ``SessionServerError``.
    func forgetPasswords(of user: String) async throws(SessionServerError)
}

/// Why a mail server did not do what it was asked.
package struct SessionServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Code: String, Sendable {
        /// It cannot be reached, or does not answer in time.
        case unreachable
        /// It does not take our key.
        case unauthorized
        /// It does not know sessions by passwords: Dovecot before 2.4.
        case notSupported = "not supported"
        /// It says that it failed, or says nothing that makes sense.
        case failed
        /// It would take the name for a pattern or a network: it was not asked, and never is.
        case cannotBeMasked = "cannot be masked"
    }

    /// The kind.
    package let code: Code
    /// More, for operators only.
    package let detail: String

    /// A server's trouble.
    package init(_ code: Code, detail: String = "") { (self.code, self.detail) = (code, detail) }

    /// For operators.
    package var description: String { detail.isEmpty ? code.rawValue : "\(code.rawValue) (\(detail))" }
}

/// What stands for a password where a server does not know sessions by theirs: Dovecot before 2.4.
package enum KickWithoutAlias: String, Sendable, CaseIterable {
    /// The user's sessions from the addresses that the password was used from lately.
    case userAndAddress = "user_and_address"
    /// All of the user's sessions.
    case user
    /// Nothing.
    case none
}
