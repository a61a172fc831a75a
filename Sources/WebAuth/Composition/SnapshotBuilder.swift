import AppPasswordCore
import AuditCore
import Logging
import Settings

/// Builds snapshots from settings and the lists they name.
struct SnapshotBuilder: Sendable {
    /// A snapshot, and what was noticed while it was built.
    struct Built: Sendable {
        var snapshot: Snapshot
        /// Bad lines of lists: skipped at start, a reason to refuse a reload.
        var listProblems: [String]
    }

    let gatherer: FactGatherer
    let trail: AuditTrail
    let recorder: any LoginRecorder
    let verifier: any PasswordVerifier
    let logger: Logger

    /// Reads the lists and puts everything together.
    func build(_ settings: Settings, _ backEnds: BackEnds) throws(SetupFailure) -> Built {
        let logger = logger
        let policy = try LoadedPolicy(settings, geo: backEnds.geo) { problem in
            logger.warning("a pattern was given up at its match limit", metadata: ["audit.rule": "\(problem)"])
        }
        for note in policy.notes { logger.warning("lists", metadata: ["note": "\(note)"]) }
        let auditor = Auditor(policy.auditor, gatherer: gatherer, trail: trail)
        let authenticator = Authenticator(
            accounts: backEnds.directory.map { .directory($0) } ?? .anyoneWithAnAppPassword,
            store: backEnds.database.passwords, verifier: verifier, auditor: auditor, recorder: recorder,
            refusedNetworks: PrefixSet(settings.auth.disallowPasswordsFrom),
            maxPasswordBytes: settings.auth.maximumPassword)
        return Built(
            snapshot: Snapshot(
                settings: settings, auditor: auditor, authenticator: authenticator, backEnds: backEnds,
                listCounts: policy.counts),
            listProblems: policy.problems)
    }
}
