import Alarms
import AppPasswordCore
import AuditCore
import ListSource
import Logging
import Replay
import Settings

/// Builds snapshots from settings and the lists they name.
struct SnapshotBuilder: Sendable {
    /// A snapshot, and what was noticed while it was built.
    struct Built: Sendable {
        var snapshot: Snapshot
        /// Bad lines of lists: skipped at start, a reason to refuse a reload.
        var listProblems: [String]
        /// How many bad lines each configured list has.
        var listErrors: [(list: ListKey, errors: Int)]
    }

    /// What counts; each snapshot counts on with the same instruments.
    struct Meters: Sendable {
        var logins: LoginMetrics
        var lookups: LookupMetrics
    }

    let gatherer: FactGatherer
    let trail: AuditTrail
    let recorder: any LoginRecorder
    let verifier: any PasswordVerifier
    let meters: Meters
    let recentLogins: RecentLogins
    let recentAddresses: RecentAddresses
    let uses: RecentUses
    let alarms: AlarmWatch
    let honeypots = HoneypotWatch()
    let logger: Logger

    /// Reads the lists and puts everything together.
    ///
    /// - Parameter source: Where lists come from besides the files that settings name; nil: from nowhere.
    func build(
        _ settings: Settings, _ backEnds: BackEnds, _ inputs: ListInputs, from source: ListSource?
    ) throws(SetupFailure) -> Built {
        let logger = logger
        var policy = try LoadedPolicy(settings, inputs, sources: backEnds.factSources) { problem in
            logger.warning("a pattern was given up at its match limit", metadata: ["audit.rule": "\(problem)"])
        }
        for note in policy.notes + (backEnds.geo?.notes(for: policy.counts, at: .now) ?? []) {
            logger.warning("lists", metadata: ["note": "\(note)"])
        }
        policy.auditor.sources = policy.auditor.sources.metered(meters.lookups)
        policy.auditor.judged = meters.logins.judged
        policy.auditor.letIn = letIn(settings)
        if !AlarmRules(settings.alarms).isEmpty { policy.auditor.cameTo = alarms.note }
        let auditor = Auditor(policy.auditor, gatherer: gatherer, trail: trail, honeypots: honeypots)
        let authenticator = Authenticator(
            accounts: backEnds.directory.map { .directory(MeteredDirectory(base: $0, metrics: meters.lookups)) }
                ?? .anyoneWithAnAppPassword,
            store: MeteredStore(base: backEnds.database.passwords, metrics: meters.lookups), verifier: verifier,
            auditor: auditor, recorder: recorder, uses: uses,
            refusedNetworks: PrefixSet(settings.auth.disallowPasswordsFrom),
            maxPasswordBytes: settings.auth.maximumPassword)
        return Built(
            snapshot: Snapshot(
                settings: settings, auditor: auditor, authenticator: authenticator, backEnds: backEnds,
                listCounts: policy.counts, lists: Snapshot.Lists(inputs, source),
                digests: Snapshot.Digests(settings: settings.digest, lists: inputs.digest)),
            listProblems: policy.problems, listErrors: policy.errors)
    }

    /// Who is told of logins that were let in; nil if nobody is.
    private func letIn(
        _ settings: Settings
    ) -> (@Sendable (LoginAttempt, _ passwordID: Int64?, Facts) -> Void)? {
        let (logins, addresses) = (recentLogins, recentAddresses)
        let (keepsLogins, keepsAddresses) = (settings.audit.blastRadius != nil, settings.lookup.keepsAddresses)
        guard keepsLogins || keepsAddresses else { return nil }
        return { attempt, passwordID, facts in
            if keepsLogins { logins.note(attempt, passwordID, facts) }
            if keepsAddresses, let address = attempt.address { addresses.note(address) }
        }
    }
}
