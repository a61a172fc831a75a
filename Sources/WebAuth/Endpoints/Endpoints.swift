import AppPasswordCore
import AuditCore
import HTTPKit
import Logging
import Settings

/// The routes of the service.
struct Endpoints: Sendable {
    let live: LiveSnapshot
    let reloader: Reloader
    let health: Health
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// All routes; `/auth` and `/audit` refuse a wrong token with 400, which Dovecot's scripts make an internal failure.
    var routes: [Route] {
        [
            Route(.post, "/auth", access: .token(refusal: .badRequest)) { await auth($0) },
            Route(.post, "/audit", access: .token(refusal: .badRequest)) { await audit($0) },
            Route(.post, "/reload") { _ in await reload() },
            Route(.get, "/livez", access: .open, load: .exempt) { _ in .text(200, "ok\n") },
            Route(.get, "/readyz", access: .open, load: .exempt) { _ in await readiness() },
            Route(.get, "/openapi.json", load: .exempt) { _ in
                HTTPResponse(200, contentType: "application/json", body: Array(openAPIDocument.utf8))
            },
        ]
    }

    private func auth(_ request: HTTPRequest) async -> HTTPResponse {
        let body: AuthRequest
        switch AuthRequest.read(request.body, at: now()) {
        case .success(let read): body = read
        case .failure(let invalid): return .invalid(invalid.problems)
        }
        let snapshot = live.current
        let answer = await snapshot.authenticator.authenticate(body.attempt, body.password)
        note(answer.outcome, body.attempt)
        var response = PassdbAnswer(answer.outcome, resultBlock: snapshot.settings.audit.resultBlock).response
        if let afterAnswer = answer.afterAnswer {
            response.afterSending = { afterAnswer(ContinuousClock.now - request.arrived) }
        }
        return response
    }

    private func audit(_ request: HTTPRequest) async -> HTTPResponse {
        let body: AuditRequest
        switch AuditRequest.read(request.body, at: now()) {
        case .success(let read): body = read
        case .failure(let invalid): return .invalid(invalid.problems)
        }
        let snapshot = live.current
        let settings = snapshot.settings.audit
        if body.passdbsSeenUserUnknown, !settings.processUnknown { return PassdbAnswer.unknownUser.response }
        let gathering = snapshot.auditor.gather(for: body.attempt)
        let judgement = await snapshot.auditor.judge(body.attempt, gathering)
        let verdict = judgement.verdict
        if case .tryLater = verdict { logger.warning("a fact that a list needs could not be had", metadata: ["endpoint": "/audit"]) }
        var response = PassdbAnswer(
            verdict, request: body, success: settings.resultSuccess, resultBlock: settings.resultBlock
        ).response
        response.afterSending = {
            snapshot.auditor.record(
                body.attempt, gathering, isBlocked: !verdict.isAllowed, matched: verdict.matched, rule: verdict.denial?.rule,
                isIgnored: judgement.isIgnored, duration: ContinuousClock.now - request.arrived)
        }
        return response
    }

    private func reload() async -> HTTPResponse {
        switch await reloader.reload() {
        case .reloaded(let counts, let restartNeeded):
            return .json(
                200,
                JSONText { object in
                    object.member("status", "reloaded")
                    object.object("lists") { lists in
                        for (list, entries) in counts { lists.member(list.rawValue, entries) }
                    }
                    object.array("restart_needed", restartNeeded)
                })
        case .refused(let problems):
            return .json(
                409,
                JSONText { object in
                    object.member("status", "refused")
                    object.array("problems", problems)
                })
        }
    }

    private func readiness() async -> HTTPResponse {
        let report = await health.check()
        return .text(report.isReady ? 200 : 503, report.lines.map { $0 + "\n" }.joined())
    }

    /// A back end's trouble is the server's business to tell; who logged in with what is the audit trail's.
    private func note(_ outcome: AuthOutcome, _ attempt: LoginAttempt) {
        switch outcome {
        case .unavailable(let reason):
            logger.warning("a login could not be answered", metadata: ["reason": "\(reason)"])
        case .undecided:
            logger.warning("a fact that a list needs could not be had", metadata: ["endpoint": "/auth"])
        case .success, .unknownAccount, .ambiguousAccount, .disabledAccount, .wrongPassword, .refusedNetwork, .revoked,
            .denied:
            logger.debug(
                "answered",
                metadata: [
                    "login.name": "\(attempt.login.auditEscaped(for: .name))",
                    "outcome": "\(PassdbAnswer(outcome, resultBlock: .disabled).status)",
                ])
        }
    }
}
