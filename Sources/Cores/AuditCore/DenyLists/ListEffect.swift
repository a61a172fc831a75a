/// What a list does to a login that it meets.
public enum ListEffect: String, Sendable, Hashable, CaseIterable {
    /// The login is refused: `[audit.lists]`.
    case deny
    /// The login goes on, and only the records say that it would have been refused: `[audit.lists.watch]`.
    case watch
    /// The login goes on, whatever lists of the other kinds say: `[audit.lists.allow]`.
    case allow

    /// Whether an entry counts whose end cannot be read: who is refused is not to get in by a comment that means something
    /// else. An exception never lasts longer than was meant.
    var keepsUnreadableEnds: Bool { self != .allow }
}

/// A list of the settings: its kind and its effect.
package struct ListKey: Sendable, Hashable, CustomStringConvertible {
    /// What it does.
    package var effect: ListEffect
    /// What it compares.
    package var kind: DenyListKind

    /// Names a list.
    package init(_ kind: DenyListKind, _ effect: ListEffect = .deny) { (self.kind, self.effect) = (kind, effect) }

    /// Its key below `[audit.lists]`: `network_cc`, `watch.network_cc`, `allow.users`.
    package var description: String { effect == .deny ? kind.rawValue : "\(effect.rawValue).\(kind.rawValue)" }
}

extension DenyListKind {
    /// The lists that may have an effect, in the order in which they are tried: every kind may deny, watch or allow, and only
    /// exceptions may be made for users.
    package static func all(for effect: ListEffect) -> [DenyListKind] {
        effect == .allow ? [.users] + allCases : allCases
    }
}
