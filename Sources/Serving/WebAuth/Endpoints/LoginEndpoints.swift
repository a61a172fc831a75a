package import AppPasswordCore
package import AuditCore
package import HTTPKit
package import Logging
package import Settings

/// `/auth` and `/audit`: what Dovecot asks. Public for programs that embed them, and for benchmarks.
package struct LoginEndpoints: Sendable {
    /// What answers a login; a request keeps the parts it started with.
    package struct Parts: Sendable {
        /// `[audit]` of the settings.
        package var settings: Settings.Audit
        /// Gathers facts and judges.
        package var auditor: Auditor
        /// Checks passwords.
        package var authenticator: Authenticator

        /// Puts parts together.
        package init(settings: Settings.Audit, auditor: Auditor, authenticator: Authenticator) {
            self.settings = settings
            self.auditor = auditor
            self.authenticator = authenticator
        }
    }

    private let parts: @Sendable () -> Parts
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let troubles: Troubles
    private let failures: FailureRecorder
    private let decided: @Sendable (LoginLabel) -> Void
    private let unmatched: @Sendable (_ login: String) -> Void

    /// Makes endpoints.
    ///
    /// - Parameters:
    ///   - logger: Gets what a login could not be answered for (warning), and each answer (debug).
    ///   - now: The time of the logins.
    ///   - failures: Gets the logins that fail, but for those from `audit.ignore_networks`.
    ///   - decided: Told what became of each login, for metrics; must be quick.
    ///   - unmatched: Told the login that no app password let in, after the answer; must be quick.
    ///   - parts: What is in force, asked for once a request.
    package init(
        logger: Logger, now: @escaping @Sendable () -> Timestamp, failures: FailureRecorder,
        decided: @escaping @Sendable (LoginLabel) -> Void = { _ in },
        unmatched: @escaping @Sendable (_ login: String) -> Void = { _ in },
        parts: @escaping @Sendable () -> Parts
    ) {
        self.logger = logger
        troubles = Troubles(logger)
        self.now = now
        self.failures = failures
        self.decided = decided
        self.unmatched = unmatched
        self.parts = parts
    }

    /// Both routes. A wrong token is refused with 400, which Dovecot's scripts make an internal failure.
    package var routes: [Route] {
        [
            Route(.post, "/auth", access: .token(refusal: .badRequest)) { await auth($0) },
            Route(.post, "/audit", access: .token(refusal: .badRequest)) { await audit($0) },
        ]
    }

    private func auth(_ request: HTTPRequest) async -> HTTPResponse {
        let body: AuthRequest
        switch AuthRequest.read(request.body, at: now()) {
        case .success(let read): body = read
        case .failure(let invalid): return .invalid(invalid.problems)
        }
        let parts = parts()
        let answer = await parts.authenticator.authenticate(body.attempt, body.password)
        let row = answer.outcome.row(AnswerChoices(parts.settings))
        note(row, body.attempt)
        decided(row.label)
        var response = answer.outcome.response(row)
        let isWritten = row.event != nil && !parts.auditor.ignores(body.attempt)
        let failure = isWritten ? FailureRecord(answer.outcome, of: body.attempt) : nil
        let isUnmatched = [.wrongPassword, .unknownAccount].contains(answer.outcome)
        if failure != nil || isUnmatched || answer.record != nil {
            response.afterSending = { [failures, unmatched] in
                if let record = answer.record {
                    parts.auditor.record(record, duration: ContinuousClock.now - request.arrived)
                }
                if let failure { failures.record(failure) }
                if isUnmatched { unmatched(body.attempt.login) }
            }
        }
        return response
    }

    private func audit(_ request: HTTPRequest) async -> HTTPResponse {
        let body: AuditRequest
        switch AuditRequest.read(request.body, at: now()) {
        case .success(let read): body = read
        case .failure(let invalid): return .invalid(invalid.problems)
        }
        let parts = parts()
        let choices = AnswerChoices(parts.settings, isVerified: body.skipPasswordCheck)
        if body.passdbsSeenUserUnknown, !parts.settings.processUnknown {
            let row = LoginOutcome.unknownEverywhere.row(choices)
            decided(row.label)
            return LoginOutcome.unknownEverywhere.response(row)
        }
        let gathering = parts.auditor.gather(for: body.attempt)
        let judgement = await parts.auditor.judge(body.attempt, gathering)
        let outcome = LoginOutcome(judgement.verdict)
        let row = outcome.row(choices)
        if !body.isCredentialsLookup { decided(row.label) }
        if let warning = row.warning { note(warning) }
        var response = outcome.response(row)
        // Whoever knows a name can have its credentials looked up: that is no login, whatever comes of it.
        guard !body.isCredentialsLookup else { return response }
        response.afterSending = {
            var record = PendingRecord(body.attempt, gathering)
            record.take(judgement)
            record.isOfNobody = body.passdbsSeenUserUnknown
            parts.auditor.record(record, duration: ContinuousClock.now - request.arrived)
        }
        return response
    }

    /// A back end's trouble is the server's business to tell; who logged in with what is the audit trail's.
    private func note(_ row: LoginRow, _ attempt: LoginAttempt) {
        if let warning = row.warning { return note(warning) }
        logger.debug(
            "answered",
            metadata: [
                "login.name": "\(attempt.login.auditEscaped(for: .name))", "outcome": "\(row.status)",
            ])
    }

    private func note(_ warning: LoginRow.Warning) {
        troubles.note("\(warning.text)", Logger.Metadata(warning.details.map { ($0, "\($1)") }) { first, _ in first })
    }
}
