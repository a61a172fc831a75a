internal import Dispatch
internal import Locks

/// What lanes, callers and the deadline watcher share.
final class LaneQueue<Connection>: Sendable {
    private struct State {
        /// Calls no lane has taken yet.
        var waiting = FIFO<LaneCall<Connection>>()
        /// Lanes that run a call.
        var busy = 0
        /// Calls not yet known to be answered, the earliest deadline first.
        var outstanding = FIFO<LaneCall<Connection>>()
        var isClosed = false
        /// Until when the watcher sleeps unless it is woken; nil for ever.
        var watcherSleepsUntil: ContinuousClock.Instant?
    }

    private let limit: Int
    private let lanes: Int
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let watcher = DispatchSemaphore(value: 0)

    init(limit: Int, lanes: Int) { (self.limit, self.lanes) = (limit, lanes) }

    /// Queues a call, or refuses it at once if the queue is full.
    func submit(_ call: LaneCall<Connection>) {
        let (isQueued, wakesWatcher) = state.withLock { state in
            state.waiting.dropPrefix { $0.isAnswered }
            guard state.waiting.count < limit else { return (false, false) }
            state.waiting.append(call)
            state.outstanding.dropPrefix { $0.isAnswered }
            state.outstanding.insert(call) { $0.deadline <= call.deadline }
            // Under load it is woken by its own time-outs only: about once for each timeout.
            if let until = state.watcherSleepsUntil, until <= call.deadline { return (true, false) }
            state.watcherSleepsUntil = call.deadline
            return (true, true)
        }
        guard isQueued else { return call.refuse(.overloaded) }
        work.signal()
        if wakesWatcher { watcher.signal() }
    }

    /// The next call for a lane, when there is one; nil when the lanes are closed and nothing waits.
    func next() -> LaneCall<Connection>? {
        while true {
            work.wait()
            let (call, isClosed) = state.withLock { state in
                let call = state.waiting.popFirst()
                if call != nil { state.busy += 1 }
                return (call, state.isClosed)
            }
            if let call { return call }
            if isClosed { return nil }
        }
    }

    /// Says that a lane is done with the call it got.
    func finished() { state.withLock { $0.busy -= 1 } }

    /// What the lanes have to do now.
    var load: LaneLoad {
        state.withLock { state in
            state.waiting.dropPrefix { $0.isAnswered }
            return LaneLoad(busy: state.busy, idle: lanes - state.busy, waiting: state.waiting.count)
        }
    }

    /// Refuses calls whose deadline passes, until closed.
    func watchDeadlines() {
        while true {
            let now = ContinuousClock.now
            var late: [LaneCall<Connection>] = []
            let (deadline, isClosed) = state.withLock { state -> (ContinuousClock.Instant?, Bool) in
                while let first = state.outstanding.first, first.isAnswered || first.deadline <= now {
                    if !first.isAnswered { late.append(first) }
                    _ = state.outstanding.popFirst()
                }
                state.watcherSleepsUntil = state.outstanding.first?.deadline
                return (state.outstanding.first?.deadline, state.isClosed)
            }
            for call in late { call.refuse(.timedOut) }
            if isClosed && deadline == nil { return }
            if let deadline {
                let (seconds, attoseconds) = (deadline - now).components
                let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
                _ = watcher.wait(timeout: .now() + .nanoseconds(nanoseconds))
            } else {
                watcher.wait()
            }
        }
    }

    /// Lets the threads end when nothing is left to do.
    func close() {
        state.withLock { $0.isClosed = true }
        for _ in 0..<lanes { work.signal() }
        watcher.signal()
    }
}
