package import AuditCore

extension ListKey {
    /// How its file is called in a source: `network_cc.deny.lst`, `ip_networks.watch.lst`, `users.allow.lst`.
    package var fileName: String { "\(kind.rawValue).\(effect.rawValue).lst" }

    /// Every list that there can be.
    package static var all: [ListKey] {
        ListEffect.allCases.flatMap { effect in DenyListKind.all(for: effect).map { ListKey($0, effect) } }
    }

    /// The list whose file is called so.
    package init?(fileName: String) {
        guard let key = Self.all.first(where: { $0.fileName == fileName }) else { return nil }
        self = key
    }
}
