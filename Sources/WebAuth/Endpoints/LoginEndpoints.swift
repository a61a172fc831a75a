public import AppPasswordCore
public import AuditCore
public import HTTPKit
public import Logging
public import Settings

/// `/auth` and `/audit`: what Dovecot asks. Public for programs that embed them, and for benchmarks.
public struct LoginEndpoints: Sendable {
    /// What answers a login; a request keeps the parts it started with.
    public struct Parts: Sendable {
        /// `[audit]` of the settings.
        public var settings: Settings.Audit
        /// Gathers facts and judges.
        public var auditor: Auditor
        /// Checks passwords.
        public var authenticator: Authenticator

        /// Puts parts together.
        public init(settings: Settings.Audit, auditor: Auditor, authenticator: Authenticator) {
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
    private let decided: @Sendable (LoginDecision) -> Void
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
    public init(
        logger: Logger, now: @escaping @Sendable () -> Timestamp, failures: FailureRecorder,
        decided: @escaping @Sendable (LoginDecision) -> Void = { _ in },
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
    public var routes: [Route] {
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
        note(answer.outcome, body.attempt)
        decided(LoginDecision(answer.outcome))
        var response = PassdbAnswer(answer.outcome, resultBlock: parts.settings.resultBlock).response
        let isIgnored = parts.auditor.ignores(body.attempt)
        let failure = isIgnored ? nil : FailureRecord(answer.outcome, of: body.attempt)
        let isUnmatched = [.wrongPassword, .unknownAccount].contains(answer.outcome)
        if failure != nil || isUnmatched || answer.afterAnswer != nil {
            response.afterSending = { [failures, unmatched] in
                answer.afterAnswer?(ContinuousClock.now - request.arrived)
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
        let settings = parts.settings
        if body.passdbsSeenUserUnknown, !settings.processUnknown {
            decided(.failed(.unknownAccount))
            return PassdbAnswer.unknownUser.response
        }
        let gathering = parts.auditor.gather(for: body.attempt)
        let judgement = await parts.auditor.judge(body.attempt, gathering)
        let verdict = judgement.verdict
        if !body.isCredentialsLookup { decided(LoginDecision(verdict)) }
        if case .tryLater = verdict {
            troubles.note("a fact that a list needs could not be had", ["endpoint": "/audit"])
        }
        var response = PassdbAnswer(
            verdict, request: body, success: settings.resultSuccess, resultBlock: settings.resultBlock
        ).response
        // Whoever knows a name can have its credentials looked up: that is no login, whatever comes of it.
        guard !body.isCredentialsLookup else { return response }
        response.afterSending = {
            parts.auditor.record(
                body.attempt, gathering, isBlocked: !verdict.isAllowed, matched: judgement.matched,
                rule: judgement.rule, isIgnored: judgement.isIgnored, settling: judgement, missing: judgement.missing,
                duration: ContinuousClock.now - request.arrived, isOfNobody: body.passdbsSeenUserUnknown)
        }
        return response
    }

    /// A back end's trouble is the server's business to tell; who logged in with what is the audit trail's.
    private func note(_ outcome: AuthOutcome, _ attempt: LoginAttempt) {
        switch outcome {
        case .unavailable(let reason), .overloaded(let reason):
            troubles.note("a login could not be answered", ["reason": "\(reason)"])
        case .undecided, .limited(_, .undecided):
            troubles.note("a fact that a list or a limit needs could not be had", ["endpoint": "/auth"])
        case .unreadableLimits(let id, let reason):
            troubles.note(
                "the limits of an app password cannot be read", ["app_password.id": "\(id)", "reason": "\(reason)"])
        case .success, .unknownAccount, .ambiguousAccount, .disabledAccount, .wrongPassword, .refusedNetwork, .revoked,
            .denied, .limited, .guessLimit:
            logger.debug(
                "answered",
                metadata: [
                    "login.name": "\(attempt.login.auditEscaped(for: .name))",
                    "outcome": "\(PassdbAnswer(outcome, resultBlock: .disabled).status)",
                ])
        }
    }
}
