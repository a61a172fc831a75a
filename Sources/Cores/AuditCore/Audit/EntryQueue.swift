internal import Locks

/// The entries that wait for one sink, taken by one task; what comes together is taken together.
final class EntryQueue: Sendable {
    enum Refusal {
        case full
        case finished
    }

    private struct State {
        /// What came since the last turn, and what of earlier turns is left from `head` on.
        var fresh: [AuditEntry] = []
        var taken: [AuditEntry] = []
        var head = 0
        var isFinished = false
        var sleeper: CheckedContinuation<Void, Never>?

        var count: Int { fresh.count + taken.count - head }
    }

    private let bound: Int
    private let state = Mutex(State())

    init(bound: Int) { self.bound = bound }

    /// How many wait.
    var count: Int { state.withLock { $0.count } }

    /// Queues an entry; nil if there was room.
    func add(_ entry: AuditEntry) -> Refusal? {
        let (refusal, sleeper) = state.withLock { state -> (Refusal?, CheckedContinuation<Void, Never>?) in
            guard !state.isFinished else { return (.finished, nil) }
            guard state.count < bound else { return (.full, nil) }
            state.fresh.append(entry)
            defer { state.sleeper = nil }
            return (nil, state.sleeper)
        }
        sleeper?.resume()
        return refusal
    }

    /// Takes no more.
    func finish() {
        let sleeper = state.withLock { state in
            state.isFinished = true
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Those that have waited longest; waits until there is one. None once it is finished and empty.
    ///
    /// - Complexity: Linear in what is returned, spread over calls.
    func next(atMost most: Int) async -> [AuditEntry] {
        while true {
            let (batch, isFinished) = state.withLock { state -> ([AuditEntry], Bool) in
                if state.head == state.taken.count {
                    state.taken.removeAll(keepingCapacity: state.taken.count <= most)
                    state.head = 0
                    swap(&state.taken, &state.fresh)
                }
                let end = min(state.taken.count, state.head + most)
                defer { state.head = end }
                return (Array(state.taken[state.head..<end]), state.isFinished)
            }
            if !batch.isEmpty || isFinished { return batch }
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.count > 0 || state.isFinished { return true }
                    state.sleeper = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        }
    }
}
