/// What is to be written down of a login once it has been answered and its facts are complete.
public struct PendingRecord: Sendable {
    /// Who logged in.
    public var attempt: LoginAttempt
    /// Its facts, from ``Auditor/gather(for:)``.
    public var gathering: FactGathering
    /// The app password that was used; nil if it was none.
    public var passwordID: Int64?
    /// Whether it was refused.
    public var isBlocked = false
    /// What a list matched, as ``Denial/matched`` says; nil for nothing.
    public var matched: String?
    /// The entry that did.
    public var rule: RuleReference?
    /// Whether `audit.ignore_networks` holds the address: then nothing is written.
    public var isIgnored = false
    /// Of a login that was let in and may turn out to be an exception, or met by a list that only watches, once its facts are
    /// complete.
    public var unsettled: Judgement?
    /// The limit of the app password that refused it.
    public var limit: String?
    /// What was not known when the login was judged.
    public var missing = MissingFacts()
    /// Whether no passdb knows the user, so that it was not let in whatever the verdict is.
    public var isOfNobody = false

    /// A login that was let in, and that nothing met.
    public init(_ attempt: LoginAttempt, _ gathering: FactGathering, passwordID: Int64? = nil) {
        (self.attempt, self.gathering, self.passwordID) = (attempt, gathering, passwordID)
    }

    /// Says how the login was judged.
    public mutating func take(_ judgement: Judgement) {
        isBlocked = !judgement.verdict.isAllowed
        (matched, rule, isIgnored) = (judgement.matched, judgement.rule, judgement.isIgnored)
        missing = judgement.missing
        unsettled = judgement.awaitsFacts ? judgement : nil
    }
}
