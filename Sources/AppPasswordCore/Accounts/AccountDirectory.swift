/// Says which accounts exist and which are disabled.
public protocol AccountDirectory: Sendable {
    /// Looks an account up by the name typed.
    ///
    /// - Parameter login: Foreign text; an adapter escapes it (RFC 4515 for LDAP).
    /// - Throws: ``BackendError`` if the directory cannot be asked, refuses our bind, or lacks the base.
    /// - Complexity: One round trip.
    func account(for login: String) async throws(BackendError) -> AccountAnswer
}

/// What a directory says of a name.
public enum AccountAnswer: Sendable, Equatable {
    /// Just one account has it.
    case found(Account)
    /// No account has it.
    case notFound
    /// More than one account has it.
    case ambiguous
}

/// A mail user.
public struct Account: Sendable, Equatable {
    /// The directory's own spelling of the name.
    public var uid: String
    /// Whether its shell or home says that it must not log in.
    public var isDisabled: Bool

    /// Makes an account.
    public init(uid: String, isDisabled: Bool = false) {
        self.uid = uid
        self.isDisabled = isDisabled
    }
}
