import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import AuditCoreTesting
import Foundation
import HTTPKit
import Locks
import Logging
import PythonRegex
@testable import Replay
import Report
import Settings
import Testing
import WebAuth

/// Logins that `/audit` was asked about, judged again from the records that it left.
struct AuditDifferentialTests {
    /// How many logins are asked about in all: `REPLAY_RECORDS`, else as many as were promised.
    private static let size = ProcessInfo.processInfo.environment["REPLAY_RECORDS"].flatMap { Int($0) } ?? 10_000

    /// What is known of each address, at hand.
    private final class Known: GeoSource {
        private let known = Mutex<[IPAddress: Facts]>([:])
        private static let nothing = Facts(address: nil, localNetworks: LocalNetworks(), localLocationName: "")

        func learn(_ facts: Facts) { if let address = facts.address { known.withLock { $0[address] = facts } } }
        func contains(_ address: IPAddress) -> Bool { known.withLock { $0[address] != nil } }

        private func facts(_ address: IPAddress) -> Facts { known.withLock { $0[address] } ?? Self.nothing }

        private func lookup<Value>(_ fact: @escaping @Sendable (Facts) -> Sourced<Value>) -> ScriptedLookup<Value> {
            ScriptedLookup(atHand: { fact(self.facts($0)) }) { fact(self.facts($0)) }
        }
        var sources: FactSources {
            FactSources(
                reverse: lookup(\.reverseHost), network: lookup(\.network), origin: lookup(\.origin), geo: self)
        }
        func place(of address: IPAddress) -> Sourced<GeoFacts> { facts(address).geo }
    }

    /// The service as far as it judges, with a trail that is kept.
    private struct Service {
        let known = Known()
        let sink = RecordingAuditSink()
        let trail = AuditTrail { _ in }
        let clock = NowHolder()
        let router: Router

        init(_ policy: Policy) {
            var configuration = Auditor.Configuration(
                policy: policy, localNetworks: LocalNetworks(), localLocationName: "house",
                sources: known.sources)
            configuration.deadline = .seconds(60)
            let auditor = Auditor(configuration, gatherer: FactGatherer(), trail: trail)
            let authenticator = Authenticator(
                accounts: .anyoneWithAnAppPassword, store: InMemoryAppPasswordStore([]), verifier: NoVerifier(),
                auditor: auditor,
                recorder: NoRecorder(), refusedNetworks: PrefixSet())
            var settings = Settings.Audit()
            settings.resultSuccess = .ok
            let parts = LoginEndpoints.Parts(settings: settings, auditor: auditor, authenticator: authenticator)
            let clock = clock
            router = Router(
                LoginEndpoints(
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { clock.time },
                    failures: FailureRecorder(trail: trail), parts: { parts }
                ).routes)
            trail.use([sink])
        }

        /// Asks about a login; says whether it is let in.
        func isLetIn(_ attempt: LoginAttempt) async throws -> Bool {
            clock.time = attempt.time
            let address = attempt.address.map { "\"\($0)\"" } ?? "null"
            let body =
                #"{"username":"\#(attempt.login)","service":"\#(attempt.service)","remote_ip":\#(address),"skip_password_check":true}"#
            let response = await router.respond(to: HTTPRequest(.post, "/audit", body: Array(body.utf8)))
            response.afterSending?()
            #expect([200, 403, 503].contains(response.status))
            return response.status == 200
        }
    }

    private final class NowHolder: Sendable {
        private let now = Mutex(Logins.start)
        var time: Timestamp {
            get { now.withLock { $0 } }
            set { now.withLock { $0 = newValue } }
        }
    }

    private struct NoVerifier: PasswordVerifier {
        func match(
            of password: Password, in rows: [AppPassword], attempt: LoginAttempt, origin: GuessOrigin
        ) async throws(PasswordVerifierError) -> AppPassword? { nil }
    }

    private struct NoRecorder: LoginRecorder {
        func record(_ row: LoginLogRow) async -> LoginTicket { LoginTicket(number: 1) }
        func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) {}
    }

    /// A policy with lists of every effect.
    private func policy(_ logins: inout SeededLogins, _ round: Int) -> Policy {
        let onUnknown = [UnknownFactAction.allow, .deny, .tempfail][round % 3]
        func lists(_ effect: ListEffect) -> DenyLists {
            let files = Logins.lists(&logins.numbers).map { ($0, DenyListFile(name: "\(effect).\($0).lst", text: $1)) }
            return DenyLists.build(
                Dictionary(uniqueKeysWithValues: files), effect: effect, engine: PCRE2PatternEngine()
            ).lists
        }
        var policy = Policy(
            disabledServices: round.isMultiple(of: 2) ? ["POP3"] : [], lists: lists(.deny), onUnknown: onUnknown)
        policy.watchLists = lists(.watch)
        if round.isMultiple(of: 3) { policy.allowLists = lists(.allow) }
        return policy
    }

    @Test func `replay decides as the service has answered`() async throws {
        var logins = SeededLogins(seed: 17)
        let rounds = 10
        var (differences, refused, matched) = (0, 0, 0)
        for round in 0..<rounds {
            let policy = policy(&logins, round)
            let service = Service(policy)
            var answers: [(attempt: LoginAttempt, isLetIn: Bool)] = []
            try await withThrowingTaskGroup { group in
                group.addTask { await service.trail.run() }
                for _ in 0..<Self.size / rounds {
                    let attempt = logins.attempt()
                    if let address = attempt.address, !service.known.contains(address) {
                        service.known.learn(logins.facts(of: address))
                    }
                    answers.append((attempt, try await service.isLetIn(attempt)))
                }
                await service.trail.finish(within: .seconds(60))
                try await group.waitForAll()
            }
            let fields = try service.sink.records.map { try #require(Logins.fields($0)) }
            #expect(fields.count == answers.count)
            for (fields, answer) in zip(fields, answers) {
                #expect(fields.record.user == answer.attempt.login && fields.record.isBlocked == !answer.isLetIn)
                let facts = try #require(fields.facts).atVerdict
                let judgement = policy.judge(answer.attempt, facts: facts)
                if judgement.verdict.isAllowed != answer.isLetIn || judgement.matched != fields.record.matched
                    || judgement.rule?.description != fields.record.rule
                {
                    differences += 1
                }
                if !answer.isLetIn { refused += 1 }
                if fields.record.matched != nil { matched += 1 }
            }
            let findings = try Logins.replay(policy, over: fields)
            #expect(findings.newlyRefused.logins == 0 && findings.newlyAllowed.logins == 0)
        }
        #expect(differences == 0)
        #expect(refused > Self.size / 20 && matched > refused, "the answers are of all kinds")
    }
}
