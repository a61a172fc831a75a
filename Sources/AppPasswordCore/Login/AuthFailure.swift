public import AuditCore

extension FailureRecord {
    /// What is written down of a login that failed.
    ///
    /// - Returns: nil for a success, and for a login that a deny list refused: its audit record says all.
    public init?(_ outcome: AuthOutcome, of attempt: LoginAttempt) {
        switch outcome {
        case .success, .denied: return nil
        case .unknownAccount: self.init(.unknownAccount, reason: "user not found", attempt: attempt)
        case .ambiguousAccount: self.init(.ambiguousAccount, reason: "user not unique", attempt: attempt)
        case .disabledAccount: self.init(.disabledAccount, reason: "account disabled", attempt: attempt)
        case .wrongPassword: self.init(.wrongPassword, reason: "invalid password", attempt: attempt)
        case .refusedNetwork(let id):
            self.init(.refusedNetwork, reason: "app passwords not allowed", attempt: attempt, passwordID: id)
        case .revoked(let id): self.init(.revoked, reason: "password is deleted", attempt: attempt, passwordID: id)
        case .limited(let id, let finding):
            self.init(
                finding.event, reason: "\(finding.text) (\(finding.limit.rawValue))", attempt: attempt, passwordID: id)
        case .unreadableLimits(let id, let reason):
            self.init(.unreadableLimits, reason: reason, attempt: attempt, passwordID: id)
        case .undecided(let id):
            self.init(
                .undecided, reason: "a fact that a list or a limit needs could not be had", attempt: attempt,
                passwordID: id)
        case .unavailable(let reason): self.init(.backendUnavailable, reason: reason, attempt: attempt)
        case .guessLimit: self.init(.guessLimit, reason: "not checked after too many wrong ones", attempt: attempt)
        case .overloaded(let reason): self.init(.overloaded, reason: reason, attempt: attempt)
        }
    }
}
