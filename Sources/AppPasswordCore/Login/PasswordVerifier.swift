public import AuditCore

/// Finds out which of an account's app passwords a login used.
public protocol PasswordVerifier: Sendable {
    /// Checks a password against stored hashes.
    ///
    /// - Parameters:
    ///   - password: Any bytes.
    ///   - rows: The account's rows; a row with a broken or unknown hash is skipped and logged with its id.
    ///   - attempt: Who asks, for ordering and for limits; its login and address are not part of the check.
    /// - Returns: The row that matches; of several, the one that ``AppPassword/precedes(_:)`` the others; nil if none.
    /// - Throws: ``PasswordVerifierError`` if it could not be found out in time.
    /// - Complexity: Up to one hash (1-200 ms of CPU) for each row, on threads of its own.
    func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt
    ) async throws(PasswordVerifierError) -> AppPassword?
}

/// Why a password could not be checked.
public enum PasswordVerifierError: Error, Sendable, Equatable {
    /// The queue in front of the hashing threads is full.
    case overloaded
    /// The login's deadline passed while it waited.
    case timedOut
}
