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

/// A store that has read its rows already, so that a login costs nothing of what a database does.
private struct ReadyStore: AppPasswordStore {
    let rows: [AppPassword]

    func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] { rows }
    func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? { nil }
}

/// The whole of `POST /auth` in process, from the body to the answer and its audit record, with hashing left out.
func loginBenchmarks(_ suite: Suite) async {
    let row = AppPassword(id: 1, uid: "alice", storedHash: "{PLAIN}", isDeleted: false, created: nil)
    await measureLogins(suite, "auth.private.one-password", InMemoryAppPasswordStore([row]))

    // Every limit there is, all kept, as the join brings them.
    var limits = Limits()
    (limits.services, limits.networks) = (["imap", "smtp"], [IPPrefix("10.0.0.0/8")].compactMap(\.self))
    (limits.countries, limits.asNumbers) = (["DE"], [3320])
    (limits.notBefore, limits.expires) = (Timestamp(milliseconds: 1), Timestamp(milliseconds: 1_000_000))
    (limits.unusedDays, limits.binding) = (60, .network)
    limits.bound = IPPrefix("10.1.2.0/24").map { .network($0) }
    let stored = StoredLimits(
        columns: StoredLimits.columns(of: limits), now: Timestamp(milliseconds: 1000),
        lastUse: Timestamp(milliseconds: 2))
    let (free, limited) = ("auth.private.unlimited", "auth.private.limited")
    await measureLogins(suite, free, ReadyStore(rows: [row]))
    await measureLogins(
        suite, limited,
        ReadyStore(rows: [
            AppPassword(
                id: 1, uid: "alice", storedHash: "{PLAIN}", isDeleted: false, created: nil, limits: stored)
        ]))
    if let one = suite.results[limited], let other = suite.results[free] {
        suite.check(
            "limits: allocations of a login, beside one without", one.allocations - other.allocations, atMost: 0.01)
    }
    suite.ratio("limits: time of a login, to one without", of: limited, to: free, atMost: 1.5)
}

private func measureLogins(_ suite: Suite, _ name: String, _ store: any AppPasswordStore) async {
    let trail = AuditTrail { _ in }
    let auditor = Auditor(
        Auditor.Configuration(
            policy: Policy(), localNetworks: LocalNetworks(), localLocationName: "here", sources: FactSources()),
        gatherer: FactGatherer(), trail: trail)
    let authenticator = Authenticator(
        accounts: .anyoneWithAnAppPassword, store: store, verifier: ConstantVerifier(), auditor: auditor,
        recorder: SilentRecorder(), refusedNetworks: PrefixSet())
    let parts = LoginEndpoints.Parts(settings: Settings.Audit(), auditor: auditor, authenticator: authenticator)
    let endpoints = LoginEndpoints(
        logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }, now: { Timestamp(milliseconds: 0) },
        failures: FailureRecorder(trail: trail), parts: { parts })
    let router = Router(endpoints.routes)
    let body =
        #"{"username":"alice","password":"NUtBQS0yUXZHLXhEMXYtaGVxMw==","service":"imap","remote_ip":"10.1.2.3"}"#
    let request = HTTPRequest(.post, "/auth", body: Array(body.utf8))
    await suite.measureAsync(name, repeats: 10_000) { repeats in
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
