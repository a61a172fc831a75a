/// What is written down of one login whose password matched, or that `/audit` judged.
public struct AuditRecord: Sendable, Equatable {
    /// Who, with what, from where, when.
    public var attempt: LoginAttempt
    /// The app password that was used; nil on `/audit`.
    public var passwordID: Int64?
    /// What was known when the record was written, late facts included.
    public var facts: Facts
    /// Whether the login was refused; false in watch mode.
    public var isBlocked: Bool
    /// What was matched: a list's label, `deleted`, `disallowed`, `expired`, `not_yet`, `wrong_service`,
    /// `wrong_place`; set also if the policy or the list only watches, and for
    /// exceptions (`Exemption.matched`).
    public var matched: String?
    /// The entry that applied.
    public var rule: RuleReference?
    /// From the request's arrival to the answer.
    public var duration: Duration
    /// Which of the facts were not there when the login was judged.
    package var missing: MissingFacts
    /// The limit of the app password that refused the login, by the name of its column.
    package var limit: String?
    /// Whether the account is a honeypot (`audit.honeypots`).
    package var isHoneypot = false
    /// Whether no passdb knew the user, so that nobody was let in, whatever the verdict was (`audit.audit_process_unknown`).
    package var isOfNobody = false

    /// Puts together what is written down of a login.
    package init(
        attempt: LoginAttempt, passwordID: Int64?, facts: Facts, isBlocked: Bool, matched: String?,
        rule: RuleReference?, duration: Duration, missing: MissingFacts = MissingFacts()
    ) {
        self.attempt = attempt
        self.passwordID = passwordID
        self.facts = facts
        self.isBlocked = isBlocked
        self.matched = matched
        self.rule = rule
        self.duration = duration
        self.missing = missing
    }
}
