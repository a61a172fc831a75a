/// Why a login is let in, whatever other lists say: a list of exceptions has an entry that applies.
package struct Exemption: Sendable, Equatable {
    /// The list.
    package var list: DenyListKind
    /// What was matched, as in `AUDIT_MATCHED`: `allow:ip`, `allow:user`, `allow:entity:ORG-LL72-RIPE`.
    package var matched: String
    /// The entry that applied.
    package var rule: RuleReference

    /// How ``matched`` of every exemption begins.
    package static let prefix = "allow:"

    /// Makes one of what the list would say if it denied.
    init?(_ denial: Denial) {
        guard let list = denial.list, let rule = denial.rule else { return nil }
        (self.list, matched, self.rule) = (list, Self.prefix + denial.matched, rule)
    }
}
