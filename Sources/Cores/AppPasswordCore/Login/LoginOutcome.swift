public import AuditCore

/// How a login came out, of `/auth` or of `/audit`: all that is answered, counted and written down of it follows from this
/// value, by the one table `row(_:)`.
public enum LoginOutcome: Sendable, Equatable {
    /// The password is this app password, and the place is welcome; without a number it is for another passdb to know the
    /// password, and only the place was judged.
    case success(passwordID: Int64?)
    /// No account has that name.
    case unknownAccount
    /// No passdb knows the name, and such logins are not judged (`audit.process_unknown`).
    case unknownEverywhere
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
    /// The place is not welcome.
    case denied(passwordID: Int64?, Denial)
    /// A fact that a list or a limit needs could not be had, and the policy wants the client to try again.
    case undecided(passwordID: Int64?)
    /// A back end could not be asked.
    case unavailable(reason: String)
    /// The password was not checked: too many wrong ones came from there, or for that account.
    case guessLimit
    /// The password was not checked: the machine is too busy hashing.
    case overloaded(reason: String)
}

extension LoginOutcome {
    /// What the lists say of a login; in watch mode it goes on.
    ///
    /// - Parameters:
    ///   - verdict: Of the place.
    ///   - passwordID: The app password that matched; nil if another passdb knows the password.
    package init(_ verdict: Verdict, passwordID: Int64? = nil) {
        self =
            switch verdict {
            case .allow, .wouldDeny: .success(passwordID: passwordID)
            case .deny(let denial): .denied(passwordID: passwordID, denial)
            case .tryLater: .undecided(passwordID: passwordID)
            }
    }

    /// The app password that matched, whatever came of it; nil if none did.
    package var passwordID: Int64? {
        switch self {
        case .success(let id), .denied(let id, _), .undecided(let id): id
        case .refusedNetwork(let id), .revoked(let id), .limited(let id, _), .unreadableLimits(let id, _): id
        case .unknownAccount, .unknownEverywhere, .ambiguousAccount, .disabledAccount, .wrongPassword, .unavailable,
            .guessLimit, .overloaded:
            nil
        }
    }

    /// One outcome for each row of the table: for what has to be prepared for all of them, and for tests.
    package static let all: [LoginOutcome] =
        [
            .success(passwordID: 1), .success(passwordID: nil), .unknownAccount, .unknownEverywhere, .ambiguousAccount,
            .disabledAccount, .wrongPassword, .refusedNetwork(passwordID: 1), .revoked(passwordID: 1),
            .unreadableLimits(passwordID: 1, reason: ""), .undecided(passwordID: 1), .undecided(passwordID: nil),
            .unavailable(reason: ""), .guessLimit, .overloaded(reason: ""),
        ]
        + [
            .suspended, .expired(.expires), .notYet, .wrongService("pop3"), .wrongPlace(.networks),
            .undecided(.countries),
        ].map {
            .limited(passwordID: 1, $0)
        }
        + ([nil] + DenyListKind.allCases).map {
            .denied(passwordID: 1, Denial(list: $0, matched: "unknown", rule: nil, text: "access denied"))
        }
        + [
            .denied(
                passwordID: 1,
                Denial(matched: "service", rule: RuleReference(file: "audit.disabled_services", line: nil), text: ""))
        ]
}

/// An outcome, and what remains to be written down once it has been sent.
public struct AuthAnswer: Sendable {
    /// How it came out.
    public var outcome: LoginOutcome
    /// For `Auditor.record(_:duration:)`, when the answer has been sent; nil if there is no audit record.
    public var record: PendingRecord?

    /// Pairs them.
    package init(_ outcome: LoginOutcome, record: PendingRecord? = nil) {
        (self.outcome, self.record) = (outcome, record)
    }
}
