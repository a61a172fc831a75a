/// A verdict with the reasons for it: every list, and how it came out.
public struct Judgement: Sendable, Equatable {
    /// The verdict.
    public var verdict: Verdict
    /// Every list that was looked at, in order; all ten if the judging was thorough or no list was needed to decide.
    public var outcomes: [RuleOutcome]
    /// Whether `audit.ignore_networks` holds the address: then the login leaves no audit record. False if a disabled
    /// service decided before.
    public var isIgnored: Bool

    /// Makes a judgement.
    public init(verdict: Verdict, outcomes: [RuleOutcome], isIgnored: Bool = false) {
        self.verdict = verdict
        self.outcomes = outcomes
        self.isIgnored = isIgnored
    }

    /// Lists that would have needed a fact that could not be had.
    public var unknownLists: [DenyListKind] {
        outcomes.compactMap { $0.outcome == .unknown ? $0.list : nil }
    }
}

/// How one list came out for one login.
public struct RuleOutcome: Sendable, Equatable {
    /// What a list can do.
    public enum Outcome: String, Sendable {
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
    public var list: DenyListKind
    /// How it came out.
    public var outcome: Outcome
    /// The entry that applied.
    public var rule: RuleReference?

    /// Makes an outcome.
    public init(list: DenyListKind, outcome: Outcome, rule: RuleReference? = nil) {
        self.list = list
        self.outcome = outcome
        self.rule = rule
    }
}
