public import AppPasswordCore
public import AuditCore

/// What became of a login, as metrics name it: a result, and a reason out of a fixed set.
public enum LoginDecision: Sendable, Hashable {
    /// The login goes on.
    case allowed
    /// An entry of a list applies.
    case deniedByList(DenyListKind)
    /// The service is disabled.
    case disabledService
    /// A fact that a list needs could not be had, and the policy denies then.
    case unknownFact
    /// It failed for another reason.
    case failed(FailureRecord.Event)

    /// All there are.
    static let all: [LoginDecision] =
        [.allowed, .disabledService, .unknownFact] + DenyListKind.allCases.map { .deniedByList($0) }
        + FailureRecord.Event.allCases.filter { $0 != .honeypot }.map { .failed($0) }

    /// The outcome of `/auth`.
    public init(_ outcome: AuthOutcome) {
        self =
            switch outcome {
            case .success: .allowed
            case .denied(_, let denial): LoginDecision(denial)
            case .unknownAccount: .failed(.unknownAccount)
            case .ambiguousAccount: .failed(.ambiguousAccount)
            case .disabledAccount: .failed(.disabledAccount)
            case .wrongPassword: .failed(.wrongPassword)
            case .refusedNetwork: .failed(.refusedNetwork)
            case .revoked: .failed(.revoked)
            case .limited(_, let finding): .failed(finding.event)
            case .unreadableLimits: .failed(.unreadableLimits)
            case .undecided: .failed(.undecided)
            case .unavailable: .failed(.backendUnavailable)
            case .guessLimit: .failed(.guessLimit)
            case .overloaded: .failed(.overloaded)
            }
    }

    /// The verdict of `/audit`; in watch mode the login goes on.
    public init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .allow, .wouldDeny: .allowed
            case .deny(let denial): LoginDecision(denial)
            case .tryLater: .failed(.undecided)
            }
    }

    private init(_ denial: Denial) {
        self = denial.list.map { .deniedByList($0) } ?? (denial.rule == nil ? .unknownFact : .disabledService)
    }

    /// `allow`, `deny` (the place is not welcome), `fail` (wrong name or password, or unchecked after too many wrong ones),
    /// `unavailable` (no fault of the client).
    var result: String {
        switch self {
        case .allowed: "allow"
        case .deniedByList, .disabledService, .unknownFact, .failed(.refusedNetwork), .failed(.notYet),
            .failed(.wrongService), .failed(.wrongPlace):
            "deny"
        case .failed(.undecided), .failed(.unreadableLimits), .failed(.backendUnavailable), .failed(.overloaded):
            "unavailable"
        case .failed: "fail"
        }
    }

    /// `ok`, a list's name, or as `AUDIT_EVENT` says.
    var reason: String {
        switch self {
        case .allowed: "ok"
        case .deniedByList(let list): list.rawValue
        case .disabledService: "disabled_service"
        case .unknownFact: "unknown_fact"
        case .failed(let event): event.rawValue
        }
    }
}
