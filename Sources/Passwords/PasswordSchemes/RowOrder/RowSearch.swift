import AppPasswordCore

/// The search for the row that a password belongs to: which rows are still to be checked, the likeliest first.
///
/// The rule is exact: the row reported ``AppPassword/precedes(_:)`` every other that matches. So once a row is
/// seen to match, the rows that precede it are still to be checked, and no others: all live rows if it is a deleted
/// one, the newer live ones if it is live. What makes it cheap is that "B does not match the password that A matches"
/// stays true as long as both hashes stay as they are: it is remembered with A's last success, so that a client that
/// is known costs one hash, and one more, once, for each row made since. Schemes that cut passwords (DES, bcrypt at
/// 72 bytes) let several passwords match A, so for them nothing is concluded from earlier logins.
struct RowSearch: Sendable {
    /// What is known of a row; a broken one counts as refuted, as it matches nothing until it is changed.
    enum State: Sendable, Equatable {
        case unknown, matches, refuted
        /// Checking it failed just now; it may match.
        case failed
        /// It cannot be checked on this machine; it may match.
        case uncheckable
    }

    let rows: [AppPassword]
    let fingerprints: [AccountMemory.Fingerprint]
    private let memory: AccountMemory?
    private let client: Int
    private let identifies: @Sendable (Int) -> Bool
    private(set) var states: [State]
    /// The rows from the likeliest to the least likely: the client's last, by last success, live ones newest
    /// first, deleted ones last.
    let order: [Int]
    /// Of the rows seen to match, the one that precedes the others.
    private(set) var best: Int?
    private var excluded: Set<AccountMemory.Fingerprint> = []

    /// - Parameters:
    ///   - client: Stands for where the login comes from.
    ///   - identifies: Whether a match of the row with this index leaves no doubt which password it was.
    init(
        _ rows: [AppPassword], memory: AccountMemory?, client: Int, identifies: @escaping @Sendable (Int) -> Bool
    ) {
        self.rows = rows
        self.memory = memory
        self.client = client
        self.identifies = identifies
        let fingerprints = rows.map(Self.fingerprint(of:))
        self.fingerprints = fingerprints
        states = Array(repeating: .unknown, count: rows.count)
        let ranks = fingerprints.map { memory?.rank(of: $0, for: client) ?? .max }
        order = rows.indices.sorted { one, other in
            if rows[one].isDeleted != rows[other].isDeleted { return !rows[one].isDeleted }
            if ranks[one] != ranks[other] { return ranks[one] < ranks[other] }
            return rows[one].precedes(rows[other])
        }
    }

    /// Whether it is the row that this client logged in with last.
    func isClientsLast(_ index: Int) -> Bool { memory?.rank(of: fingerprints[index], for: client) == -1 }

    /// Whether a row is still to be checked.
    func needs(_ index: Int) -> Bool {
        guard states[index] == .unknown else { return false }
        guard let best else { return true }
        return rows[index].precedes(rows[best]) && !excluded.contains(fingerprints[index])
    }

    /// The rows still to be checked, the likeliest first; empty when ``best`` is the answer.
    var open: [Int] { order.filter(needs) }

    /// Takes down what is now known of a row.
    mutating func note(_ index: Int, _ state: State) {
        states[index] = state
        guard state == .matches, best.map({ rows[index].precedes(rows[$0]) }) ?? true else { return }
        best = index
        excluded = memory?.refuted(by: fingerprints[index]) ?? []
        if !excluded.isEmpty, !identifies(index) { excluded = [] }
    }

    /// What is known of the rows' hashes, for another login with the same password.
    var findings: HashFlights.Findings {
        Dictionary(zip(rows, states).filter { $1 != .unknown }.map { ($0.storedHash, $1) }) { one, _ in one }
    }

    /// Takes down what another login with the same password found.
    mutating func adopt(_ findings: HashFlights.Findings) {
        for index in rows.indices where states[index] == .unknown {
            if let state = findings[rows[index].storedHash] { note(index, state) }
        }
    }

    /// The rows that were seen not to match, in this login; none if that says nothing of other logins.
    var refuted: [AccountMemory.Fingerprint] {
        let refuted = states.indices.filter { states[$0] == .refuted }
        guard let best, !refuted.isEmpty, identifies(best) else { return [] }
        return refuted.map { fingerprints[$0] }
    }

    /// The account's rows, those that precede others first: the ones that may have to be checked before another can win.
    var byPrecedence: [AccountMemory.Fingerprint] {
        rows.indices.sorted { rows[$0].precedes(rows[$1]) }.map { fingerprints[$0] }
    }

    /// Stands for the row as it is now.
    static func fingerprint(of row: AppPassword) -> AccountMemory.Fingerprint {
        var hasher = Hasher()  // keyed for the process
        hasher.combine(row.id)
        hasher.combine(row.storedHash)
        return hasher.finalize()
    }
}
