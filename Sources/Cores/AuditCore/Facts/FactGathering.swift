import Locks

/// The gathering of facts about one address: some known at once, some on their way.
public final class FactGathering: Sendable {
    private struct Waiter {
        let id: UInt64
        let kinds: Set<FactKind>
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var facts: Facts
        var pending: Set<FactKind>
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        var observers: [@Sendable (Facts) -> Void] = []
    }

    private let state: Mutex<State>
    private let isHeldUp: @Sendable (FactKind) -> Bool

    /// - Parameter isHeldUp: Whether a fact on its way is late because of our own limits.
    init(facts: Facts, pending: Set<FactKind>, isHeldUp: @escaping @Sendable (FactKind) -> Bool = { _ in false }) {
        state = Mutex(State(facts: facts, pending: pending))
        self.isHeldUp = isHeldUp
    }

    /// What is known now; what is still on its way is unavailable: `overloaded` if our own limits hold it up, else
    /// `timed out`.
    public var facts: Facts {
        let (known, pending) = state.withLock { ($0.facts, $0.pending) }
        return Self.facts(known, without: pending.filter(isHeldUp))
    }

    private static func facts(_ known: Facts, without heldUp: Set<FactKind>) -> Facts {
        guard !heldUp.isEmpty else { return known }
        var facts = known
        facts.markUnavailable(heldUp, LookupError(.overloaded, detail: "waiting for our own limit"))
        return facts
    }

    /// Waits for the facts that are needed, up to a deadline, and returns what is known then.
    ///
    /// - Complexity: Nothing but a lock if those facts are there already or none is needed.
    package func facts(needing kinds: Set<FactKind>, until deadline: ContinuousClock.Instant) async -> Facts {
        let mustWait = state.withLock { !$0.pending.isDisjoint(with: kinds) }
        if mustWait {
            _ = await race(
                { await self.wait(for: kinds) }, against: { try? await ContinuousClock().sleep(until: deadline) })
        }
        return facts
    }

    /// Calls `body` once when nothing is on its way any more: now, if that is so already.
    package func whenComplete(_ body: @escaping @Sendable (Facts) -> Void) {
        let facts: Facts? = state.withLock { state in
            if state.pending.isEmpty { return state.facts }
            state.observers.append(body)
            return nil
        }
        if let facts { body(facts) }
    }

    /// Takes one answer; answers that come after the gathering was ended are dropped.
    func resolve(_ kind: FactKind, _ change: (inout Facts) -> Void) {
        settle { state in
            if state.pending.remove(kind) != nil { change(&state.facts) }
        }
    }

    /// Ends the gathering: what is still on its way stays unavailable.
    func end() {
        let heldUp = state.withLock { $0.pending }.filter(isHeldUp)
        settle { state in
            state.facts = Self.facts(state.facts, without: heldUp.intersection(state.pending))
            state.pending.removeAll()
        }
    }

    private func settle(_ change: (inout State) -> Void) {
        let (woken, observers, facts) = state.withLock { state in
            change(&state)
            let woken = state.waiters.filter { $0.kinds.isDisjoint(with: state.pending) }
            state.waiters.removeAll { $0.kinds.isDisjoint(with: state.pending) }
            var observers: [@Sendable (Facts) -> Void] = []
            if state.pending.isEmpty { swap(&observers, &state.observers) }
            return (woken, observers, state.facts)
        }
        for waiter in woken { waiter.continuation.resume() }
        for observer in observers { observer(facts) }
    }

    private func wait(for kinds: Set<FactKind>) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    // A cancellation that came first found no waiter to wake.
                    if Task.isCancelled || state.pending.isDisjoint(with: kinds) { return true }
                    state.waiters.append(Waiter(id: id, kinds: kinds, continuation: continuation))
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume()
        }
    }
}
