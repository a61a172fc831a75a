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
    /// More names than a directory gives one user; those beyond count for nothing.
    package static let mostNames = 16

    /// The directory's own spelling of the name.
    public var uid: String
    /// The account's other names: the rest of its naming attribute's values.
    package var otherNames: [String]
    /// Whether its shell or home says that it must not log in.
    package var isDisabled: Bool

    /// An account as its directory spells it.
    public init(uid: String, otherNames: [String] = [], isDisabled: Bool = false) {
        self.uid = uid
        self.otherNames = otherNames
        self.isDisabled = isDisabled
    }

    /// Every name whose app passwords are the account's, ``uid`` first; at most ``mostNames``.
    package var names: [String] { Array(([uid] + otherNames).prefix(Self.mostNames)) }
}
