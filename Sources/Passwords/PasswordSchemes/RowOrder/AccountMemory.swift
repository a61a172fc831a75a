/// What is remembered of an account's logins: which rows succeeded, most recent first, from which clients, and which
/// other rows were seen not to match the same password. Fingerprints only; bounded; holds nothing of a password.
struct AccountMemory: Sendable {
    /// Stands for a row as it is (id and stored hash): a changed row has another one.
    typealias Fingerprint = Int

    private struct Winner {
        var row: Fingerprint
        /// Bit n: `rows[n]` does not match the password that this row matches.
        var refuted: UInt64
    }

    private static let winnerLimit = 64
    private static let clientLimit = 16

    private var rows: [Fingerprint] = []
    private var winners: [Winner] = []
    private var clients: [(client: Int, row: Fingerprint)] = []

    /// Where a row stands in the order of likelihood: the client's last one, then by last success; nil if it had none.
    func rank(of row: Fingerprint, for client: Int) -> Int? {
        if clients.contains(where: { $0.client == client && $0.row == row }) { return -1 }
        return winners.firstIndex { $0.row == row }
    }

    /// The rows that do not match the password that `winner` matches.
    func refuted(by winner: Fingerprint) -> Set<Fingerprint> {
        guard let mask = winners.first(where: { $0.row == winner })?.refuted, mask != 0 else { return [] }
        var refuted = Set<Fingerprint>(minimumCapacity: mask.nonzeroBitCount)
        for index in rows.indices where mask & 1 << UInt64(index) != 0 { refuted.insert(rows[index]) }
        return refuted
    }

    /// Whether ``remember(_:refuted:of:from:)`` would change nothing that matters.
    func isCurrent(_ winner: Fingerprint, for client: Int) -> Bool {
        winners.first?.row == winner && clients.first.map { $0.client == client && $0.row == winner } ?? false
    }

    /// Takes a success down.
    ///
    /// - Parameters:
    ///   - refuted: Rows that were seen not to match the same password, in this login.
    ///   - rows: The account's rows as they are now, those that precede others first; of more than 64 the rest is not
    ///     remembered as refuted.
    mutating func remember(
        _ winner: Fingerprint, refuted: some Sequence<Fingerprint>, of rows: [Fingerprint], from client: Int
    ) {
        adopt(rows)
        var mask = winners.first { $0.row == winner }?.refuted ?? 0
        for row in refuted {
            if let index = self.rows.firstIndex(of: row) { mask |= 1 << UInt64(index) }
        }
        winners.removeAll { $0.row == winner }
        winners.insert(Winner(row: winner, refuted: mask), at: 0)
        if winners.count > Self.winnerLimit { winners.removeLast() }
        clients.removeAll { $0.client == client }
        clients.insert((client, winner), at: 0)
        if clients.count > Self.clientLimit { clients.removeLast() }
    }

    /// Forgets rows that are gone and makes room for new ones, keeping what is known of the others.
    private mutating func adopt(_ now: [Fingerprint]) {
        let now = Array(now.prefix(64))
        guard now != rows else { return }
        let places = now.map { rows.firstIndex(of: $0) }
        for index in winners.indices {
            let old = winners[index].refuted
            winners[index].refuted = places.enumerated().reduce(0) { mask, place in
                guard let was = place.element, old & 1 << UInt64(was) != 0 else { return mask }
                return mask | 1 << UInt64(place.offset)
            }
        }
        rows = now
    }
}
