import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import HTTPKit
import Logging
import Settings
import WebAuth

/// A verifier that finds the first row right without hashing.
private struct ConstantVerifier: PasswordVerifier {
    func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt, origin: GuessOrigin
    ) async throws(PasswordVerifierError) -> AppPassword? { rows.first }
}

/// The whole of `POST /auth` in process, from the body to the answer and its audit record, with hashing left out.
func loginBenchmarks(_ suite: Suite) async {
    let row = AppPassword(id: 1, uid: "alice", storedHash: "{PLAIN}", isDeleted: false, created: nil)
    let trail = AuditTrail { _ in }
    let auditor = Auditor(
        Auditor.Configuration(
            policy: Policy(), localNetworks: LocalNetworks(), localLocationName: "here", sources: FactSources()),
        gatherer: FactGatherer(), trail: trail)
    let authenticator = Authenticator(
        accounts: .anyoneWithAnAppPassword, store: InMemoryAppPasswordStore([row]), verifier: ConstantVerifier(),
        auditor: auditor, recorder: SilentRecorder(), refusedNetworks: PrefixSet())
    let parts = LoginEndpoints.Parts(settings: Settings.Audit(), auditor: auditor, authenticator: authenticator)
    let endpoints = LoginEndpoints(
        logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }, now: { Timestamp(milliseconds: 0) },
        failures: FailureRecorder(trail: trail), parts: { parts })
    let router = Router(endpoints.routes)
    let body =
        #"{"username":"alice","password":"NUtBQS0yUXZHLXhEMXYtaGVxMw==","service":"imap","remote_ip":"10.1.2.3"}"#
    let request = HTTPRequest(.post, "/auth", body: Array(body.utf8))
    await suite.measureAsync("auth.private.one-password", repeats: 10_000) { repeats in
        for _ in 0..<repeats {
            let response = await router.respond(to: request)
            precondition(response.status == 200)
            response.afterSending?()
        }
    }
}

private struct SilentRecorder: LoginRecorder {
    func record(_ row: LoginLogRow) async -> LoginTicket { LoginTicket(number: 1) }
    func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) {}
}
