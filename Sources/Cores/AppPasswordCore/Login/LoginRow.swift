package import AuditCore

/// All that follows from how a login came out: a row of ``LoginOutcome/row(_:)``.
package struct LoginRow: Sendable, Equatable {
    /// The code of the answer, and with it what Dovecot makes of it.
    package var answer: PassdbOutcome
    /// What Dovecot is told in words.
    package var status: String
    /// How the login counts.
    package var label: LoginLabel
    /// What is written down of a login that failed; nil if none is: of a success, and of a login that a list refused, whose
    /// audit record says all.
    package var event: FailureRecord.Event?
    /// What is written down with the event, for people.
    package var reason: String
    /// What the audit record of a right password says that refused it (`AUDIT_MATCHED`); nil if nothing did.
    package var matched: String?
    /// What a login with a right password that was not let in is called in the log (`result`), 32 letters at most; nil if it
    /// was let in, and of most outcomes without a password that matched.
    package var refusal: String?
    /// What the program's own log warns of; nil if nothing is wrong with the installation.
    package var warning: Warning?

    /// A line of the program's log.
    package struct Warning: Sendable, Equatable {
        /// Always the same words.
        package var text: String
        /// What they are about, by the keys of the log.
        package var details: [String: String]
    }

    init(
        _ answer: PassdbOutcome, _ status: String, _ result: LoginLabel.Result, _ event: FailureRecord.Event? = nil,
        label: String? = nil, reason: String? = nil, matched: String? = nil, refusal: String? = nil,
        warning: Warning? = nil
    ) {
        (self.answer, self.status, self.event, self.matched) = (answer, status, event, matched)
        self.label = LoginLabel(result: result, reason: label ?? event?.rawValue ?? "ok")
        self.reason = reason ?? status
        self.refusal = refusal ?? (matched == nil ? nil : event?.rawValue)
        self.warning = warning
    }
}

/// What became of a login, as metrics name it.
package struct LoginLabel: Sendable, Hashable {
    /// A result.
    package enum Result: String, Sendable {
        /// The login goes on.
        case allow
        /// The place is not welcome, or the password not for it.
        case deny
        /// Wrong name or password, or unchecked after too many wrong ones.
        case fail
        /// No fault of the client.
        case unavailable
    }

    /// What came of it.
    package var result: Result
    /// `ok`, a list's name, or as `AUDIT_EVENT` says: out of a fixed set.
    package var reason: String

    /// All there are.
    package static let all = Set(LoginOutcome.all.map { $0.row().label })
}

/// What the settings leave open in the table.
package struct AnswerChoices: Sendable, Equatable {
    /// What a login from a place that is not welcome is answered with (`audit.result_block`).
    package var unwelcome: PassdbOutcome
    /// What a login is answered with that goes on, and whose password another passdb knows (`audit.result_success`).
    package var goesOn: PassdbOutcome

    /// What is answered unless the settings say otherwise.
    package init(unwelcome: PassdbOutcome = .userDisabled, goesOn: PassdbOutcome = .userUnknown) {
        (self.unwelcome, self.goesOn) = (unwelcome, goesOn)
    }
}

extension LoginOutcome {
    /// The one table from how a login came out to what is answered, counted, written down and warned of.
    ///
    /// - Complexity: Allocates nothing, but of what is refused.
    package func row(_ choices: AnswerChoices = AnswerChoices()) -> LoginRow {
        let later = "temporarily unavailable"
        return switch self {
        case .success(let id): LoginRow(id == nil ? choices.goesOn : .ok, "success", .allow)
        case .unknownAccount: LoginRow(.userUnknown, "user not found", .fail, .unknownAccount)
        case .unknownEverywhere: LoginRow(.userUnknown, "unknown", .fail, label: "unknown_account")
        case .ambiguousAccount: LoginRow(.internalFailure, "user not unique", .fail, .ambiguousAccount)
        case .disabledAccount: LoginRow(.userDisabled, "account disabled", .fail, .disabledAccount)
        case .wrongPassword: LoginRow(.mismatch, "invalid password", .fail, .wrongPassword)
        case .refusedNetwork:
            LoginRow(.mismatch, "app passwords not allowed", .deny, .refusedNetwork, matched: "disallowed")
        case .revoked: LoginRow(.expired, "password is deleted", .fail, .revoked, matched: "deleted")
        case .limited(_, .suspended):
            LoginRow(.expired, "password is suspended", .fail, .suspended, of: .suspended)
        case .limited(_, .expired(let limit)):
            LoginRow(.expired, "password has expired", .fail, .expired, of: limit)
        case .limited(_, .notYet):
            LoginRow(.userDisabled, "password is not valid yet", .deny, .notYet, of: .notBefore)
        case .limited(_, .wrongService(let service)):
            LoginRow(
                .userDisabled, service.isEmpty ? "not for this service" : "not for \(service.visible())", .deny,
                .wrongService, of: .services)
        case .limited(_, .wrongPlace(let limit)):
            LoginRow(.userDisabled, "not from here", .deny, .wrongPlace, of: limit)
        case .limited(_, .undecided(let limit)):
            LoginRow(
                .temporaryFailure, later, .unavailable, .undecided, reason: "\(later) (\(limit.rawValue))",
                matched: "unknown", warning: .missingFact(endpoint: "/auth"))
        case .unreadableLimits(let id, let reason):
            LoginRow(
                .temporaryFailure, later, .unavailable, .unreadableLimits, reason: reason, matched: "unknown",
                warning: LoginRow.Warning(
                    text: "the limits of an app password cannot be read",
                    details: ["app_password.id": "\(id)", "reason": reason]))
        case .denied(_, let denial):
            LoginRow(
                choices.unwelcome, denial.text, .deny,
                label: denial.list?.rawValue ?? (denial.rule == nil ? "unknown_fact" : "disabled_service"),
                matched: denial.matched, refusal: "denied")
        case .undecided(let id):
            LoginRow(
                .temporaryFailure, later, .unavailable, .undecided,
                reason: "a fact that a list or a limit needs could not be had", matched: "unknown",
                warning: .missingFact(endpoint: id == nil ? "/audit" : "/auth"))
        case .unavailable(let reason):
            LoginRow(
                .temporaryFailure, later, .unavailable, .backendUnavailable, reason: reason,
                refusal: FailureRecord.Event.backendUnavailable.rawValue, warning: .unanswered(reason))
        case .guessLimit:
            LoginRow(
                .temporaryFailure, later, .fail, .guessLimit, reason: "not checked after too many wrong ones")
        case .overloaded(let reason):
            LoginRow(
                .temporaryFailure, later, .unavailable, .overloaded, reason: reason, warning: .unanswered(reason))
        }
    }
}

extension LoginRow {
    /// What a limit refuses.
    fileprivate init(
        _ answer: PassdbOutcome, _ status: String, _ result: LoginLabel.Result, _ event: FailureRecord.Event,
        of limit: Limit
    ) {
        self.init(
            answer, status, result, event, reason: "\(status) (\(limit.rawValue))", matched: event.rawValue)
    }
}

extension LoginRow.Warning {
    fileprivate static func unanswered(_ reason: String) -> Self {
        Self(text: "a login could not be answered", details: ["reason": reason])
    }

    /// Only a password has limits, and no password is `/audit`'s business.
    fileprivate static func missingFact(endpoint: String) -> Self {
        Self(
            text: endpoint == "/audit"
                ? "a fact that a list needs could not be had" : "a fact that a list or a limit needs could not be had",
            details: ["endpoint": endpoint])
    }
}

extension FailureRecord {
    /// What is written down of a login that failed.
    ///
    /// - Returns: nil for a success, and for a login that a deny list refused: its audit record says all.
    package init?(_ outcome: LoginOutcome, of attempt: LoginAttempt) {
        let row = outcome.row()
        guard let event = row.event else { return nil }
        self.init(event, reason: row.reason, attempt: attempt, passwordID: outcome.passwordID)
    }
}
