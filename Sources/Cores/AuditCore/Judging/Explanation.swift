/// What `explain` says of an address: every fact, every list, and what a user would be told.
///
/// Made from a judgement, never judging itself, so that it cannot disagree with what logins meet.
public struct Explanation: Sendable {
    /// The verdict in the words of `explain --json`.
    package enum Outcome: String, Sendable {
        /// Nothing is held against the login.
        case allow
        /// It is denied, be it for a missing fact.
        case deny
        /// It would be denied, but the policy only watches.
        case wouldDeny = "would_deny"
        /// Nothing known is held against it, but a fact that a list needs could not be had.
        case unknown

        /// The exit status of `explain --exit-code`.
        package var exitCode: Int32 {
            switch self {
            case .allow: 0
            case .deny: 1
            case .wouldDeny: 2
            case .unknown: 3
            }
        }
    }

    /// The login that was judged; without a name or a service those are shown as not given.
    package let attempt: LoginAttempt
    /// What is known of the address.
    package let facts: Facts
    /// How it was judged.
    package let judgement: Judgement
    /// What the user would be told.
    package let status: String
    /// The HTTP code that goes with it.
    package let httpCode: Int

    /// The limits of the app password that was asked about, in the order in which they are judged; the first hit decides, before
    /// the lists.
    package var limits: [LimitOutcome] = []

    /// How one limit of an app password came out.
    package struct LimitOutcome: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// What it says, for people.
        package var text: String
        /// How it came out.
        package var outcome: RuleOutcome.Outcome

        /// What became of one limit.
        package init(name: String, text: String, outcome: RuleOutcome.Outcome) {
            (self.name, self.text, self.outcome) = (name, text, outcome)
        }
    }

    /// The limit that decides, by its name; nil if none does.
    package var decidingLimit: String?

    /// Puts together what `explain` says of a login.
    ///
    /// - Parameters:
    ///   - attempt: Who logs in.
    ///   - facts: What is known of the address.
    ///   - judgement: From ``Policy/judge(_:facts:thoroughly:)``, thoroughly.
    ///   - status: The status text `/auth` would answer.
    ///   - httpCode: The code `/auth` would answer.
    public init(attempt: LoginAttempt, facts: Facts, judgement: Judgement, status: String, httpCode: Int) {
        self.attempt = attempt
        self.facts = facts
        self.judgement = judgement
        self.status = status
        self.httpCode = httpCode
    }

    /// How it came out.
    package var outcome: Outcome {
        if decidingLimit != nil { return httpCode == 503 ? .unknown : .deny }
        return switch judgement.verdict {
        case .deny: .deny
        case .wouldDeny: .wouldDeny
        case .tryLater: .unknown
        case .allow: judgement.exemption != nil || judgement.unknownLists.isEmpty ? .allow : .unknown
        }
    }
}

extension Verdict {
    /// Whether the login is to be tried again later.
    var isUndecided: Bool { if case .tryLater = self { true } else { false } }

    /// What is held against the login, whether or not the policy enforces.
    public var denial: Denial? {
        switch self {
        case .deny(let denial), .wouldDeny(let denial): denial
        case .allow, .tryLater: nil
        }
    }
}

extension Sourced {
    /// `known`, `absent` or `unavailable`.
    var state: String {
        switch fact {
        case .known: "known"
        case .absent: "absent"
        case .unavailable: "unavailable"
        }
    }
}
