import AppPasswordCore
import AuditCore
import HTTPKit
import Settings
import StrictJSON

/// What Dovecot's Lua scripts make of a status code; the codes are a contract with them.
enum PassdbOutcome: Int, CaseIterable {
    case ok = 200
    case next = 307
    case internalFailure = 400
    case mismatch = 401
    case userDisabled = 403
    case userUnknown = 404
    case expired = 410
    case temporaryFailure = 503
}

/// An answer to Dovecot: the one table from outcomes to HTTP.
struct PassdbAnswer: Equatable {
    var outcome: PassdbOutcome
    var status: String
    var passwordID: Int64?

    private init(_ outcome: PassdbOutcome, _ status: String, passwordID: Int64? = nil) {
        (self.outcome, self.status, self.passwordID) = (outcome, status, passwordID)
    }

    /// The answer of `/auth`.
    init(_ outcome: AuthOutcome, resultBlock: ResultBlock) {
        switch outcome {
        case .success(let id): self.init(.ok, "success", passwordID: id)
        case .unknownAccount: self.init(.userUnknown, "user not found")
        case .ambiguousAccount: self.init(.internalFailure, "user not unique")
        case .disabledAccount: self.init(.userDisabled, "account disabled")
        case .wrongPassword: self.init(.mismatch, "invalid password")
        case .refusedNetwork: self.init(.mismatch, "app passwords not allowed")
        case .revoked: self.init(.expired, "password is deleted")
        case .limited(_, .undecided), .unreadableLimits: self = .unavailable
        case .limited(_, let finding):
            switch finding {
            case .suspended, .expired: self.init(.expired, finding.text)
            case .notYet, .wrongService, .wrongPlace, .undecided: self.init(.userDisabled, finding.text)
            }
        case .denied(_, let denial): self.init(resultBlock.outcome, denial.text)
        case .undecided, .unavailable, .guessLimit, .overloaded: self = .unavailable
        }
    }

    /// The answer of `/audit` to a login that was judged.
    init(_ verdict: Verdict, request: AuditRequest, success: AuditResultSuccess, resultBlock: ResultBlock) {
        switch verdict {
        case .allow, .wouldDeny:
            let outcome: PassdbOutcome =
                switch success {
                case .next: .next
                case .unknown: .userUnknown
                case .ok: request.skipPasswordCheck ? .ok : .userUnknown
                }
            self.init(outcome, "success")
        case .deny(let denial): self.init(resultBlock.outcome, denial.text)
        case .tryLater: self = .unavailable
        }
    }

    /// The answer of `/audit` for a user that no passdb knows.
    static let unknownUser = PassdbAnswer(.userUnknown, "unknown")
    /// The answer when something that is needed cannot be asked.
    static let unavailable = PassdbAnswer(.temporaryFailure, "temporarily unavailable")

    /// `{"status":"success","password_id":7}`.
    var response: HTTPResponse {
        .json(
            outcome.rawValue,
            JSONText { object in
                object.member("status", status)
                if let passwordID { object.member("password_id", Int(passwordID)) }
            })
    }
}

extension ResultBlock {
    /// What a denied login is answered with.
    var outcome: PassdbOutcome {
        switch self {
        case .disabled: .userDisabled
        case .expired: .expired
        case .mismatch: .mismatch
        }
    }
}
