public import AuditCore

/// How an authentication came out.
public enum AuthOutcome: Sendable, Equatable {
    /// The password is this app password, and the place is welcome.
    case success(passwordID: Int64)
    /// No account has that name.
    case unknownAccount
    /// More than one account has that name.
    case ambiguousAccount
    /// The account must not log in.
    case disabledAccount
    /// The password is none of the account's.
    case wrongPassword
    /// It is, but app passwords are not taken from that network.
    case refusedNetwork(passwordID: Int64)
    /// It is one that was revoked.
    case revoked(passwordID: Int64)
    /// It is, but a limit of its own is not kept.
    case limited(passwordID: Int64, LimitFinding)
    /// It is, but what limits it cannot be read, so nobody knows whether it may be let in.
    case unreadableLimits(passwordID: Int64, reason: String)
    /// It is, but the place is not welcome.
    case denied(passwordID: Int64, Denial)
    /// It is, but a fact that a list or a limit needs could not be had, and the policy wants the client to try again.
    case undecided(passwordID: Int64)
    /// A back end could not be asked.
    case unavailable(reason: String)
    /// The password was not checked: too many wrong ones came from there, or for that account.
    case guessLimit
    /// The password was not checked: the machine is too busy hashing.
    case overloaded(reason: String)
}

extension AuthOutcome {
    /// What a login with a right password that was not let in is called in the log (`result`), 32 letters at most; nil if it
    /// was let in, and of most outcomes without a password that matched.
    public var refusal: String? {
        switch self {
        case .refusedNetwork: "refused_network"
        case .revoked: "revoked"
        case .denied: "denied"
        case .limited(_, let finding): finding.event.rawValue
        case .unreadableLimits: FailureRecord.Event.unreadableLimits.rawValue
        case .undecided: "undecided"
        case .unavailable: FailureRecord.Event.backendUnavailable.rawValue
        case .success, .unknownAccount, .ambiguousAccount, .disabledAccount, .wrongPassword, .guessLimit, .overloaded:
            nil
        }
    }
}

/// An outcome, and what remains to be done once it has been sent.
public struct AuthAnswer: Sendable {
    /// How it came out.
    public var outcome: AuthOutcome
    /// Writes the audit record, when its facts are complete; nil if there is none. To be called when the answer has been
    /// sent, with the time from the request's arrival to that moment.
    public var afterAnswer: (@Sendable (Duration) -> Void)?

    /// Pairs them.
    public init(_ outcome: AuthOutcome, afterAnswer: (@Sendable (Duration) -> Void)? = nil) {
        self.outcome = outcome
        self.afterAnswer = afterAnswer
    }
}
