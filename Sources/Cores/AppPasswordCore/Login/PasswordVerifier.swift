public import AuditCore

/// Finds out which of an account's app passwords a login used.
public protocol PasswordVerifier: Sendable {
    /// Checks a password against stored hashes.
    ///
    /// - Parameters:
    ///   - password: Any bytes.
    ///   - rows: The account's rows; a row with a broken or unknown hash is skipped and logged with its id.
    ///   - attempt: Who asks, for ordering and for the log; its login and address are not part of the check.
    ///   - origin: Where it comes from, for the limits on guessing.
    /// - Returns: The row that matches; of several, the one that ``AppPassword/precedes(_:)`` the others; nil if none.
    /// - Throws: ``PasswordVerifierError`` if it was not found out; the password may be right.
    /// - Complexity: Up to one hash (1-200 ms of CPU) for each row, on threads of its own.
    func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt, origin: GuessOrigin
    ) async throws(PasswordVerifierError) -> AppPassword?
}

extension PasswordVerifier {
    /// The same, where no network is refused.
    package func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt
    ) async throws(PasswordVerifierError) -> AppPassword? {
        try await match(
            of: password, in: rows, attempt: attempt, origin: attempt.address.map { .address($0) } ?? .local)
    }
}

/// Where a password comes from, for those who bound guessing.
public enum GuessOrigin: Sendable, Hashable {
    /// A client's address.
    case address(IPAddress)
    /// A network that app passwords are not taken from, such as the webmail host: anybody may stand behind it, and
    /// nobody gets in from there.
    case refusedNetwork
    /// Nowhere: a login without an address.
    case local
}

/// Why a password could not be checked.
public enum PasswordVerifierError: Error, Sendable, Equatable {
    /// The queue in front of the hashing threads is full.
    case overloaded
    /// The login's deadline passed while it waited.
    case timedOut
    /// Too many wrong passwords came from there, or for that account.
    case tooManyGuesses
}
