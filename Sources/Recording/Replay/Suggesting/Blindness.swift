internal import AuditCore
internal import Report

/// How much the records do not know of those whom no line may meet: whom else a line would meet is only known as far as they hold
/// the fact that it is compared with.
struct Blindness: Sendable {
    private var users: Set<UInt32> = []
    /// Who has a login that has what the list asks for.
    private var known: [DenyListKind: Set<UInt32>] = [:]
    /// Who has one that lacks it.
    private var unknown: [DenyListKind: Set<UInt32>] = [:]

    /// The lists that ask for something that a record lacks.
    ///
    /// - Parameter recorded: nil if it names no address that can be read.
    static func lists(blindFor recorded: RecordedFacts?) -> [DenyListKind] {
        Trait.lists.filter { list in
            recorded.map { $0.lacking.contains(list) || list.misses($0.facts) } ?? true
        }
    }

    /// Takes a login.
    mutating func add(_ user: UInt32, blindFor lists: [DenyListKind]) {
        users.insert(user)
        for list in Trait.lists {
            if lists.contains(list) {
                unknown[list, default: []].insert(user)
            } else {
                known[list, default: []].insert(user)
            }
        }
    }

    /// Who has logins that lack what the list asks for.
    func users(of list: DenyListKind) -> Set<UInt32> { unknown[list] ?? [] }

    /// Whether of more than one user in ten no login has what the list asks for, so that its lines are not to be suggested.
    func isWithheld(_ list: DenyListKind) -> Bool { unseen(list) * 10 > users.count }

    /// Which lists are left out for that, of those that could have lines.
    func notes(of traits: [Trait]) -> [String] {
        let offered = Set(traits.map(\.list))
        return Trait.lists.filter { offered.contains($0) && isWithheld($0) }.map { list in
            """
            no lines for \(list) are suggested: of \(unseen(list).grouped) of \(users.count.grouped) users no login has on record what \
            these would be compared with
            """
        }
    }

    /// Of how many users no login has what the list asks for.
    private func unseen(_ list: DenyListKind) -> Int { users.count - (known[list]?.count ?? 0) }
}
