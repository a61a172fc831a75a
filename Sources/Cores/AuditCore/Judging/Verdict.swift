/// Whether the place a login comes from is welcome.
public enum Verdict: Sendable, Equatable {
    /// Nothing is held against it.
    case allow
    /// An entry applies, or a fact could not be had and the policy denies then; and the policy enforces.
    case deny(Denial)
    /// It would be denied, but the policy only watches.
    case wouldDeny(Denial)
    /// Nothing known is held against it, but facts that a list needs could not be had and the policy wants the
    /// login to be tried again later.
    case tryLater([FactKind])
}

/// Why a login is denied.
public struct Denial: Sendable, Equatable {
    /// The list that denied; nil if it was a disabled service or a fact that could not be had.
    public var list: DenyListKind?
    /// What was matched, as in `AUDIT_MATCHED`: `service ip rev_host net_name net_cc entity:<E> asn as_desc as_cc geoid
    /// coords`; `unknown` if it was denied because a fact could not be had.
    public var matched: String
    /// The entry that applied.
    public var rule: RuleReference?
    /// What the user is told: `access from Russian Federation is forbidden`.
    public var text: String

    /// Makes a denial from what was written down of one; its list is found by what was matched.
    package init(matched: String, rule: RuleReference?, text: String) {
        self.init(list: DenyListKind(matched: matched), matched: matched, rule: rule, text: text)
    }

    /// A denial whose list is known.
    package init(list: DenyListKind?, matched: String, rule: RuleReference?, text: String) {
        self.list = list
        self.matched = matched
        self.rule = rule
        self.text = text
    }
}

/// A line of a list file, or a key of the settings.
public struct RuleReference: Sendable, Hashable, CustomStringConvertible {
    /// The list's path as written in the settings, or the key: `audit.disabled_services`.
    public var file: String
    /// Line number, from 1; nil for settings.
    public var line: Int?

    /// Names a line.
    public init(file: String, line: Int?) {
        self.file = file
        self.line = line
    }

    /// `lists/net_cc.deny.lst:12`.
    public var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// The kinds of facts that lists ask for.
public enum FactKind: String, Sendable, Hashable, CaseIterable {
    /// The PTR name.
    case reverseHost = "rev_host"
    /// The registry's network object.
    case network
    /// The AS and prefix.
    case origin
    /// MaxMind's records.
    case geo
}
