import AppPasswordCore
import ArgumentParser
import AuditCore
import GeoIP
import Logging
import Settings

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show every fact about an address, every rule tried, and what decides.",
        discussion: """
            Needs no running server, and no database unless it is asked about an app password. Exit status with --exit-code: 0 allow, 1 deny, 2 would deny (watch \
            mode), 3 a fact that a rule needs is unknown.

            Example: web-auth-server explain 192.0.2.1 --user alice --service imap
            """)

    @OptionGroup var options: ConfigOption
    @Argument(help: "An IPv4 or IPv6 address.")
    var ip: String
    @Option(help: "The login name to judge with.")
    var user: String = ""
    @Option(help: "The service to judge with: imap, pop3, smtp, …")
    var service: String = ""
    @Option(name: .customLong("app-password"), help: "The id of an app password whose limits to judge by, too.")
    var appPassword: Int64?
    @Flag(help: "Print one JSON object.")
    var json = false
    @Flag(help: "Ask nobody about the address, as lookup.offline does.")
    var offline = false
    @Flag(help: "Tell the verdict by the exit status.")
    var exitCode = false

    func run() async throws {
        guard let address = IPAddress(ip) else {
            throw SetupFailure(["\(ip): is not an IPv4 or IPv6 address"], exitCode: .usage)
        }
        let settings = try SettingsLocation(config: options.config, overrides: SettingsOverrides(isOffline: offline))
            .load().settings
        let logger = Logger.program(level: .warning)
        let lookups = try Lookups(
            LookupConfiguration(settings, makesFiles: false), place: settings.lookup.rdap.bootstrapPlace,
            logger: logger)
        var sources = lookups.sources
        sources.geo = try BackEnds.openGeo(settings, logger: logger)
        let policy = try LoadedPolicy(settings, sources: sources) { problem in
            standardError("given up at its match limit: \(problem)")
        }
        for problem in policy.problems { standardError("skipped: \(problem)") }
        let attempt = LoginAttempt(login: user, service: service, address: address, time: .now)
        var limited: AppPassword?
        if let appPassword {
            let database = try AppPasswordCommand.administration(settings)
            try await AppPasswordCommand.warnOfUnseenLimits(database, settings)
            limited = try await AppPasswordCommand.row(appPassword, database)
            if limited == nil { throw AppPasswordCommand.noSuchPassword(appPassword) }
        }
        let explanation = await withTaskGroup(of: Void.self) { group in
            group.addTask { await lookups.run() }
            defer { group.cancelAll() }
            return await policy.explain(attempt, settings, limited)
        }
        print(json ? explanation.json : explanation.text, terminator: json ? "\n" : "")
        if exitCode { throw ExitCode(explanation.outcome.exitCode) }
    }
}

extension LoadedPolicy {
    /// Gathers all facts, waiting as long as a lookup may take, and judges with them as a login would be judged.
    ///
    /// - Parameter password: One whose limits are judged, too.
    func explain(
        _ attempt: LoginAttempt, _ settings: Settings, _ password: AppPassword? = nil
    ) async -> Explanation {
        let gatherer = FactGatherer()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            let trail = AuditTrail { _ in }
            let gathering = Auditor(auditor, gatherer: gatherer, trail: trail).gather(for: attempt)
            let facts = await gathering.facts(
                needing: Set(FactKind.allCases), until: .now.advanced(by: auditor.lookupTimeout))
            let judgement = auditor.policy.judge(attempt, facts: facts, thoroughly: true)
            let limits = LimitExplanation(password, attempt, facts, auditor.policy)
            let outcome = limits.refusal ?? LoginOutcome(judgement.verdict, passwordID: 0)
            let answer = outcome.row(AnswerChoices(settings.audit))
            await gatherer.finish(within: .zero)
            var explanation = Explanation(
                attempt: attempt, facts: facts, judgement: judgement, status: answer.status,
                httpCode: answer.answer.rawValue)
            (explanation.limits, explanation.decidingLimit) = (limits.outcomes, limits.deciding)
            return explanation
        }
    }
}
