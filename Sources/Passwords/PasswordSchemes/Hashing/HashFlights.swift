import Locks

/// Hashing that is under way, so that a password that is sent many times at once is hashed once.
///
/// Who comes first with a password for just these rows of an account hashes it; who comes meanwhile waits for what he finds.
/// Where he does not find out (his client is gone, there is no room), whoever has waited longest takes his turn. As all
/// have the same time, nobody waits beyond his own deadline for that.
final class HashFlights: Sendable {
    /// What is known of stored hashes after a flight.
    typealias Findings = [String: RowSearch.State]

    /// What is to be done about a password.
    enum Turn: Sendable {
        /// Hash it; then ``finish(_:_:)`` or ``pass(on:)`` is owed.
        case lead
        /// Nothing: it was hashed meanwhile.
        case found(Findings)
        /// Nothing: too many wait already.
        case full
    }

    private struct State {
        /// Those who wait for what is hashed, in the order in which they came.
        var flights: [Digest: [CheckedContinuation<Turn, Never>]] = [:]
        var waiting = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: How many logins may wait, at least one; for one password half of them.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Takes a turn at a password and rows that a digest stands for, or waits for who has it.
    func join(_ digest: Digest) async -> Turn {
        await withCheckedContinuation { continuation in
            let turn: Turn? = state.withLock { state in
                guard let others = state.flights[digest] else {
                    state.flights[digest] = []
                    return .lead
                }
                guard state.waiting < capacity, others.count < max(1, capacity / 2) else { return .full }
                state.flights[digest, default: []].append(continuation)
                state.waiting += 1
                return nil
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    /// Tells all who wait what was found.
    func finish(_ digest: Digest, _ findings: Findings) {
        let waiting = state.withLock { state in
            let waiting = state.flights.removeValue(forKey: digest) ?? []
            state.waiting -= waiting.count
            return waiting
        }
        for next in waiting { next.resume(returning: .found(findings)) }
    }

    /// Lets the next one have the turn.
    func pass(on digest: Digest) {
        let next = state.withLock { state -> CheckedContinuation<Turn, Never>? in
            guard var waiting = state.flights[digest], !waiting.isEmpty else {
                state.flights[digest] = nil
                return nil
            }
            let next = waiting.removeFirst()
            state.flights[digest] = waiting
            state.waiting -= 1
            return next
        }
        next?.resume(returning: .lead)
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting } }
}
