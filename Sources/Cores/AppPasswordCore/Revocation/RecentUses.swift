internal import Locks

/// Which app passwords were let in lately, as whom and from where: their sessions may be open.
///
/// Bounded: beyond that many passwords those noted first are forgotten. Safe to use from anywhere.
package final class RecentUses: Sendable {
    /// What is known of a password's sessions.
    package struct Use: Sendable, Equatable {
        /// Names that were typed, as Dovecot spelled them: what its sessions are called; at most 4, the last one first.
        package var logins: [String]
        /// Addresses in canonical text; at most 16, the last one first.
        package var addresses: [String]
    }

    private struct State {
        var uses: [Int64: Use] = [:]
        /// The passwords in the order in which they are asked about, and replaced.
        var ring: [Int64] = []
        var places: [Int64: Int] = [:]
        var hand = 0
        var passwordTurn = 0
        var accountTurn = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// Makes one that knows nothing.
    ///
    /// - Parameter limit: How many passwords are known at most.
    package init(limit: Int = 65_536) { self.limit = max(1, limit) }

    /// How many passwords are known.
    package var count: Int { state.withLock { $0.ring.count } }

    /// Notes that a login was let in.
    package func note(_ passwordID: Int64, login: String, address: String?) {
        state.withLock { state in
            if state.uses[passwordID] == nil {
                if state.ring.count < limit {
                    state.places[passwordID] = state.ring.count
                    state.ring.append(passwordID)
                } else {
                    let old = state.ring[state.hand]
                    (state.uses[old], state.places[old]) = (nil, nil)
                    state.ring[state.hand] = passwordID
                    state.places[passwordID] = state.hand
                    state.hand = (state.hand + 1) % limit
                }
            }
            var use = state.uses[passwordID] ?? Use(logins: [], addresses: [])
            Self.put(login, first: &use.logins, most: 4)
            if let address { Self.put(address, first: &use.addresses, most: 16) }
            state.uses[passwordID] = use
        }
    }

    /// What is known of a password.
    package func use(of passwordID: Int64) -> Use? { state.withLock { $0.uses[passwordID] } }

    /// Forgets a password: its sessions have ended.
    package func forget(_ passwordID: Int64) {
        state.withLock { state in
            guard let place = state.places.removeValue(forKey: passwordID) else { return }
            state.uses[passwordID] = nil
            let last = state.ring.removeLast()
            if last != passwordID {
                state.ring[place] = last
                state.places[last] = place
            }
            if state.hand >= state.ring.count { state.hand = 0 }
        }
    }

    /// Forgets all.
    package func removeAll() { state.withLock { $0 = State() } }

    /// The next passwords to ask about; all take turns.
    package func nextPasswords(_ count: Int) -> [Int64] {
        state.withLock { state in Self.next(count, state.ring, &state.passwordTurn) }
    }

    /// The next accounts to ask about, as their last logins were spelled; all take turns.
    package func nextAccounts(_ count: Int) -> [String] {
        state.withLock { state in
            var names: [String] = []
            for id in Self.next(count, state.ring, &state.accountTurn) {
                if let name = state.uses[id]?.logins.first, !names.contains(name) { names.append(name) }
            }
            return names
        }
    }

    /// The passwords that were used as this account.
    ///
    /// - Complexity: Linear in what is known.
    package func passwords(of login: String) -> [Int64] {
        state.withLock { state in state.ring.filter { state.uses[$0]?.logins.contains(login) ?? false } }
    }

    private static func next(_ count: Int, _ ring: [Int64], _ turn: inout Int) -> [Int64] {
        guard !ring.isEmpty else { return [] }
        if turn >= ring.count { turn = 0 }
        let taken = min(count, ring.count)
        defer { turn = (turn + taken) % ring.count }
        return (0..<taken).map { ring[(turn + $0) % ring.count] }
    }

    private static func put(_ text: String, first list: inout [String], most: Int) {
        if list.first == text { return }
        list.removeAll { $0 == text }
        list.insert(text, at: 0)
        if list.count > most { list.removeLast() }
    }
}
