package import AuditCore

/// The files of `[audit.lists]` and of the tables below it; a list that is left out is off.
package struct ListFiles: Sendable, ExpressibleByDictionaryLiteral {
    private var files: [ListKey: SettingsPath] = [:]

    /// Names files of lists that deny.
    package init(dictionaryLiteral elements: (DenyListKind, SettingsPath)...) {
        for (kind, path) in elements { self[kind] = path }
    }

    /// The file of a list.
    package subscript(_ kind: DenyListKind, _ effect: ListEffect = .deny) -> SettingsPath? {
        get { files[ListKey(kind, effect)] }
        set { files[ListKey(kind, effect)] = newValue }
    }

    /// Those that are set, in the order of effects and kinds.
    package var all: [(list: ListKey, path: SettingsPath)] {
        ListEffect.allCases.flatMap { effect in
            DenyListKind.all(for: effect).compactMap { kind in
                let list = ListKey(kind, effect)
                return files[list].map { (list, $0) }
            }
        }
    }

    /// Those whose files fit.
    func filter(_ fits: (SettingsPath) -> Bool) -> ListFiles {
        var lists = self
        lists.files = files.filter { fits($0.value) }
        return lists
    }

    /// How many are set.
    package var count: Int { files.count }

    /// Whether none is set.
    package var isEmpty: Bool { files.isEmpty }
}
