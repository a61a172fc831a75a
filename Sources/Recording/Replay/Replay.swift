package import AuditCore
package import Report

/// Judges recorded logins again, and says whom other lists would have refused or let in.
///
/// Nothing is looked up: facts are taken as the records have them, and what came after a verdict had waited for it in vain is
/// missing again.
package struct Replay: Sendable {
    /// What the candidate is compared with.
    package enum Baseline: Sendable {
        /// What was decided then.
        case records
        /// What is in force now.
        case policy(Policy)
    }

    /// What there is to judge with, and what is looked at.
    package struct Configuration: Sendable {
        /// What is tried out.
        package var candidate: Policy
        /// What it is compared with.
        package var baseline: Baseline
        /// From here, inclusive; nil: from the first record.
        package var since: Timestamp?
        /// To here, exclusive.
        package var until: Timestamp
        /// How many users, passwords and lines are told apart.
        package var bound = 50_000
        /// Accounts that are honeypots besides those that the records call so: a record may be older than the setting.
        package var honeypots: [NamePattern] = []

        /// Compares a policy with what was recorded, or with another.
        package init(candidate: Policy, baseline: Baseline, since: Timestamp?, until: Timestamp) {
            (self.candidate, self.baseline, self.since, self.until) = (candidate, baseline, since, until)
        }
    }

    private let configuration: Configuration
    private var tallies: ReplayTallies

    /// Starts with no records.
    package init(_ configuration: Configuration) {
        self.configuration = configuration
        tallies = ReplayTallies(bound: configuration.bound)
    }

    /// Reads all records and judges them.
    ///
    /// - Parameter progress: Told now and then how many records were read.
    /// - Throws: ``ReportError`` if the input cannot be read.
    /// - Complexity: Linear in the records; memory is bounded, whatever they say.
    package static func run(
        _ configuration: Configuration, over input: inout some RecordInput, progress: (Int) -> Void = { _ in }
    ) throws(ReportError) -> ReplayFindings {
        var replay = Replay(configuration)
        var count = 0
        while let fields = try input.nextFields() {
            replay.add(fields)
            count += 1
            if count.isMultiple(of: 10_000) { progress(count) }
        }
        var findings = replay.findings
        findings.notes = input.notes + findings.notes
        return findings
    }

    /// Judges one record; failures, what lies outside of the time, and logins that no list decided or that were nobody's are
    /// passed by.
    package mutating func add(_ fields: RecordFields) {
        guard fields.time < configuration.until, configuration.since.map({ fields.time >= $0 }) ?? true else { return }
        var record = fields.record
        guard record.event == nil else { return }
        record.isHoneypot = record.isHoneypot || configuration.honeypots.contains { $0.matches(record.user) }
        guard !record.isOfNobody else { return tallies.addOfNobody() }
        guard !record.isRefusedWhateverListsSay else { return tallies.addRefusedOtherwise() }
        guard let recorded = fields.facts else { return tallies.addUnreadable(record) }
        let facts = recorded.atVerdict
        let attempt = LoginAttempt(
            login: record.user, service: record.service ?? "", address: facts.address, time: fields.time)
        let judgement = configuration.candidate.judge(attempt, facts: facts)
        let before: ReplayTallies.Before
        switch configuration.baseline {
        case .records: before = .init(isRefused: record.isBlocked, rule: record.rule ?? record.matched)
        case .policy(let policy):
            let inForce = policy.judge(attempt, facts: facts)
            before = .init(isRefused: !inForce.verdict.isAllowed, rule: inForce.rule?.description ?? inForce.matched)
        }
        tallies.add(record, judgement, before, isComplete: recorded.isComplete)
    }

    /// What has come out so far.
    package var findings: ReplayFindings {
        ReplayFindings(
            tallies, since: configuration.since, until: configuration.until, baseline: configuration.baseline)
    }
}

extension ReportRecord {
    /// Whether the login was refused for something that is no list's to say: a revoked password, a limit of the password's own.
    var isRefusedWhateverListsSay: Bool {
        guard isBlocked, let matched else { return false }
        return DenyListKind(matched: matched) == nil && matched != "service" && matched != "unknown"
    }
}
