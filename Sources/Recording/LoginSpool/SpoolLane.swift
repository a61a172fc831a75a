internal import Dispatch
internal import Locks

/// The spool's thread: runs turns one after another. Those who come while a turn is under way share the next one.
///
/// Nobody waits longer than he said, whatever a turn does: who comes while one has hung for that long does not wait at all.
final class SpoolLane: Sendable {
    private struct Waiter {
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Bool, Never>
    }
    private struct State {
        /// For the next turn, and for the one under way.
        var waiting: [Waiter] = []
        var served: [Waiter] = []
        /// Whether somebody has asked since the last turn began.
        var isAsked = false
        var isRunning = false
        /// Whether somebody will ask in a moment for those who are in no hurry.
        var isAskedSoon = false
        var isWatched = false
        /// Whether the turn under way has outlasted a waiter.
        var isStalled = false
    }

    private let patience: Duration
    private let turn: @Sendable () -> Void
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "login-spool")
    private let clock = DispatchQueue(label: "login-spool-clock")

    /// - Parameters:
    ///   - patience: How long a waiter waits at most.
    ///   - turn: What is done in a turn.
    init(patience: Duration, turn: @escaping @Sendable () -> Void) {
        self.patience = patience
        self.turn = turn
    }

    /// Asks for a turn that begins after this call, and returns at once.
    func ask() {
        let starts = state.withLock { state in
            state.isAsked = true
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { queue.async { self.work() } }
    }

    /// Asks for a turn within some milliseconds, with others who are in no hurry either: a thread that is woken for each of
    /// them costs more than what it does.
    func askSoon() {
        let isFirst = state.withLock { state in
            defer { state.isAskedSoon = true }
            return !state.isAskedSoon
        }
        guard isFirst else { return }
        clock.asyncAfter(deadline: .now() + Self.soon) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isAskedSoon = false }
            ask()
        }
    }

    private static let soon = DispatchTimeInterval.milliseconds(20)

    /// Returns when a turn is over that began after this call.
    ///
    /// - Returns: false if that took too long; the turn comes all the same.
    func take() async -> Bool {
        await withCheckedContinuation { continuation in
            let (isStalled, starts, watches) = state.withLock { state in
                state.isAsked = true
                defer { state.isRunning = true }
                guard !state.isStalled else { return (true, !state.isRunning, false) }
                state.waiting.append(Waiter(deadline: .now + patience, continuation: continuation))
                defer { state.isWatched = true }
                return (false, !state.isRunning, !state.isWatched)
            }
            if starts { queue.async { self.work() } }
            if watches { watch(after: patience) }
            if isStalled { continuation.resume(returning: false) }
        }
    }

    /// Waits until no turn is under way, but no longer than others do; not from within one.
    func finish() {
        let isOver = DispatchSemaphore(value: 0)
        queue.async { isOver.signal() }
        _ = isOver.wait(timeout: .now() + .nanoseconds(Int(patience / .nanoseconds(1))))
        clock.sync {}
    }

    private func work() {
        // What the last turn served, and then room for those of another: arrays go round, none is made.
        var served: [Waiter] = []
        while true {
            served.removeAll(keepingCapacity: true)
            let goesOn = state.withLock { state in
                state.isRunning = state.isAsked
                state.isAsked = false
                if state.isRunning { swap(&state.served, &state.waiting) } else { swap(&state.served, &served) }
                return state.isRunning
            }
            guard goesOn else { return }
            turn()
            state.withLock { state in
                state.isStalled = false
                swap(&state.served, &served)
            }
            for waiter in served { waiter.continuation.resume(returning: true) }
        }
    }

    private func watch(after wait: Duration) {
        let nanoseconds = Int(wait / .nanoseconds(1))
        clock.asyncAfter(deadline: .now() + .nanoseconds(max(1, nanoseconds))) { [weak self] in self?.answerLate() }
    }

    /// Answers those whose time is over, and comes back for the next.
    private func answerLate() {
        let now = ContinuousClock.now
        let (late, next) = state.withLock { state in
            let late = (state.served + state.waiting).filter { $0.deadline <= now }
            if !late.isEmpty {
                state.isStalled = state.isRunning
                state.served.removeAll { $0.deadline <= now }
                state.waiting.removeAll { $0.deadline <= now }
            }
            let next = (state.served + state.waiting).map(\.deadline).min()
            state.isWatched = next != nil
            return (late, next)
        }
        if let next { watch(after: next - now) }
        for waiter in late { waiter.continuation.resume(returning: false) }
    }
}
