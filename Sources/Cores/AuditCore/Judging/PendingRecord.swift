/// What is to be written down of a login once it has been answered and its facts are complete.
public struct PendingRecord: Sendable {
    /// Who logged in.
    package var attempt: LoginAttempt
    /// Its facts, from ``Auditor/gather(for:)``.
    package var gathering: FactGathering
    /// The app password that was used; nil if it was none.
    package var passwordID: Int64?
    /// Whether it was refused.
    package var isBlocked = false
    /// What a list matched, as ``Denial/matched`` says; nil for nothing.
    package var matched: String?
    /// The entry that did.
    package var rule: RuleReference?
    /// Whether `audit.ignore_networks` holds the address: then nothing is written.
    package var isIgnored = false
    /// Of a login that was let in and may turn out to be an exception, or met by a list that only watches, once its facts are
    /// complete.
    package var unsettled: Judgement?
    /// The limit of the app password that refused it.
    package var limit: String?
    /// What was not known when the login was judged.
    package var missing = MissingFacts()
    /// Whether no passdb knows the user, so that it was not let in whatever the verdict is.
    package var isOfNobody = false

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
