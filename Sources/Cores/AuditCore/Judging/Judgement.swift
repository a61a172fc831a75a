/// A verdict with the reasons for it: every list, and how it came out.
public struct Judgement: Sendable, Equatable {
    /// The verdict.
    public var verdict: Verdict
    /// Every list that denies and was looked at, in order; all ten if the judging was thorough or no list was needed to decide.
    package var outcomes: [RuleOutcome]
    /// The same of the lists of exceptions and those that only watch, in this order; empty unless the judging was thorough.
    package var otherOutcomes: [RuleOutcome] = []
    /// The exception that lets the login in.
    package var exemption: Exemption?
    /// The entry of a list that only watches; nil too if the login is refused or an exception.
    package var watched: Denial?
    /// Whether an exception, or a list that only watches, might be met once more is known.
    package var awaitsFacts = false
    /// Whether `audit.ignore_networks` holds the address: then the login leaves no audit record. False if a disabled
    /// service decided before.
    package var isIgnored: Bool
    /// Which facts were not there.
    package var missing = MissingFacts()

    /// A verdict, and how it came about.
    package init(verdict: Verdict, outcomes: [RuleOutcome], isIgnored: Bool = false) {
        self.verdict = verdict
        self.outcomes = outcomes
        self.isIgnored = isIgnored
    }

    /// What was matched, for the records: by a list, whatever its effect.
    public var matched: String? { exemption?.matched ?? verdict.matched }

    /// The entry that applied, for the records.
    public var rule: RuleReference? { exemption?.rule ?? verdict.denial?.rule }

    /// The list whose entry applied; nil if none did.
    package var list: ListKey? {
        if let exemption { return ListKey(exemption.list, .allow) }
        return verdict.denial?.list.map { ListKey($0, watched == nil ? .deny : .watch) }
    }

    /// Lists that would have needed a fact that could not be had.
    package var unknownLists: [DenyListKind] {
        outcomes.compactMap { $0.outcome == .unknown ? $0.list : nil }
    }
}

/// How one list came out for one login.
package struct RuleOutcome: Sendable, Equatable {
    /// What a list can do.
    package enum Outcome: String, Sendable {
        /// No such list is configured.
        case off
        /// The list is configured, and no entry applies (or an earlier one decided).
        case pass
        /// An entry applies.
        case hit
        /// The fact it needs could not be had.
        case unknown
    }

    /// The list.
    package var list: DenyListKind
    /// What the list does to logins that it meets.
    package var effect: ListEffect
    /// How it came out.
    package var outcome: Outcome
    /// The entry that applied.
    package var rule: RuleReference?

    /// How one list came out; with the entry, where one applied.
    package init(
        list: DenyListKind, effect: ListEffect = .deny, outcome: Outcome, rule: RuleReference? = nil
    ) {
        self.list = list
        self.effect = effect
        self.outcome = outcome
        self.rule = rule
    }
}
