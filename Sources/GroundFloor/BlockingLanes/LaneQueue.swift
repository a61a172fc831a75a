internal import DequeModule
internal import Dispatch
internal import Locks

/// What lanes, callers and the deadline watcher share.
final class LaneQueue<Connection>: Sendable {
    private struct State {
        /// Calls no lane has taken yet.
        var waiting = Deque<LaneCall<Connection>>()
        /// Lanes that have nothing to do, the one that had last at the end.
        var idle: [Int]
        /// Whether each lane's connection is open.
        var isReady: [Bool]
        /// The call that each lane has been given and has not begun.
        var given: [LaneCall<Connection>?]
        /// Lanes that run a call, or have been given one.
        var busy = 0
        /// Calls not yet known to be answered, the earliest deadline first.
        var outstanding = Deque<LaneCall<Connection>>()
        var isClosed = false
        /// Until when the watcher sleeps unless it is woken; nil for ever.
        var watcherSleepsUntil: ContinuousClock.Instant?
    }

    private let limit: Int
    private let mayOpen: @Sendable () -> Bool
    private let state: Mutex<State>
    private let wakeUps: [DispatchSemaphore]
    private let watcher = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - limit: How many calls may wait.
    ///   - mayOpen: Whether it is worth giving a call to a lane whose connection is not open.
    init(limit: Int, lanes: Int, mayOpen: @escaping @Sendable () -> Bool) {
        self.limit = limit
        self.mayOpen = mayOpen
        state = Mutex(
            State(
                idle: Array(0..<lanes), isReady: Array(repeating: false, count: lanes),
                given: Array(repeating: nil, count: lanes)))
        wakeUps = (0..<lanes).map { _ in DispatchSemaphore(value: 0) }
    }

    /// Gives a call to an idle lane, else queues it, or refuses it at once if the queue is full.
    func submit(_ call: LaneCall<Connection>) {
        let (isTaken, lane, wakesWatcher) = state.withLock { state -> (Bool, Int?, Bool) in
            state.waiting.dropAnswered()
            let lane = takeIdleLane(&state)
            guard lane != nil || state.waiting.count < limit else { return (false, nil, false) }
            state.waiting.append(call)
            if let lane { state.given[lane] = state.waiting.popFirst() }
            state.outstanding.dropAnswered()
            state.outstanding.enter(call)
            // Under load it is woken by its own time-outs only: about once for each timeout.
            if let until = state.watcherSleepsUntil, until <= call.deadline { return (true, lane, false) }
            state.watcherSleepsUntil = call.deadline
            return (true, lane, true)
        }
        guard isTaken else { return call.refuse(.overloaded) }
        if let lane { wakeUps[lane].signal() }
        if wakesWatcher { watcher.signal() }
    }

    /// Finds the idle lane for the next call: the one with an open connection that was last used, else any, if it may open
    /// one or there is nobody else to wait for.
    private func takeIdleLane(_ state: inout State) -> Int? {
        let index: Int
        if let ready = state.idle.lastIndex(where: { state.isReady[$0] }) {
            index = ready
        } else if !state.idle.isEmpty, state.busy == 0 || mayOpen() {
            index = state.idle.count - 1
        } else {
            return nil
        }
        state.busy += 1
        return state.idle.remove(at: index)
    }

    /// The next call for a lane, when there is one; nil when the lanes are closed and nothing is left to do.
    func next(for lane: Int) -> LaneCall<Connection>? {
        while true {
            let (call, isClosed) = state.withLock { state in
                let call = state.given[lane]
                state.given[lane] = nil
                return (call, state.isClosed)
            }
            if let call { return call }
            if isClosed { return nil }
            wakeUps[lane].wait()
        }
    }

    /// Says that a lane is done with the call it got, and whether its connection is open now.
    func finished(_ lane: Int, isReady: Bool) {
        state.withLock { state in
            state.busy -= 1
            state.isReady[lane] = isReady
            state.waiting.dropAnswered()
            if !state.waiting.isEmpty, isReady || state.busy == 0 || mayOpen() {
                state.given[lane] = state.waiting.popFirst()
                state.busy += 1
            } else {
                state.idle.append(lane)
            }
        }
    }

    /// Gives a call that a lane could not do for want of a connection to another; false if there is none that has one or
    /// may get one.
    func handOver(_ call: LaneCall<Connection>) -> Bool {
        let (isTaken, lane) = state.withLock { state -> (Bool, Int?) in
            if !state.isClosed, let index = state.idle.lastIndex(where: { state.isReady[$0] }) {
                let lane = state.idle.remove(at: index)
                state.busy += 1
                state.given[lane] = call
                return (true, lane)
            }
            guard state.busy > 1 else { return (false, nil) }
            state.waiting.prepend(call)
            return (true, nil)
        }
        if let lane { wakeUps[lane].signal() }
        return isTaken
    }

    /// What the lanes have to do now.
    var load: LaneLoad {
        state.withLock { state in
            state.waiting.dropAnswered()
            return LaneLoad(busy: state.busy, idle: wakeUps.count - state.busy, waiting: state.waiting.count)
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
        for wakeUp in wakeUps { wakeUp.signal() }
        watcher.signal()
    }
}

extension Deque {
    /// Takes out those in front that nobody waits for any more.
    fileprivate mutating func dropAnswered<Connection>() where Element == LaneCall<Connection> {
        while let call = first, call.isAnswered { removeFirst() }
    }

    /// Puts a call behind all whose deadlines are no later; mostly that is the end.
    fileprivate mutating func enter<Connection>(_ call: Element) where Element == LaneCall<Connection> {
        var index = endIndex
        while index > startIndex, self[index - 1].deadline > call.deadline { index -= 1 }
        insert(call, at: index)
    }
}
