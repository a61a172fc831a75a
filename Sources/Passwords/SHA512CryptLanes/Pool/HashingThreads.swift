internal import Dispatch
internal import Foundation
internal import Locks

/// The threads of a ``HashingPool``, which they outlive until they have seen that it is stopped.
///
/// All that is shared is behind one lock, held for microseconds. A thread with nothing to do puts itself on the list of
/// idle ones in the same hold of the lock in which it saw that nothing waits, then waits for its own semaphore; whoever
/// brings work takes it off that list before waking it. So no wake-up is lost.
final class HashingThreads: Sendable {
    typealias Outcome = Result<[Bool?], HashingError>

    /// A thread's place to sleep, and its name in the books.
    private final class Sleeper: Sendable, Hashable {
        let semaphore = DispatchSemaphore(value: 0)
        static func == (one: Sleeper, other: Sleeper) -> Bool { one === other }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }

    private struct State {
        var queue: HashingQueue
        var replies: [HashingQueue.RequestID: CheckedContinuation<Outcome, Never>] = [:]
        var idle: [Sleeper] = []
        /// Lanes without a job on threads that run lanes and look for more with each step.
        var spareLanes: [Sleeper: Int] = [:]
        var counts = HashingPool.Counts()
        var timerSetFor: ContinuousClock.Instant?
        var isStopped = false
    }

    private let engine: LaneEngine?
    private let width: Int
    private let threadCount: Int
    private let state: Mutex<State>
    private let running = DispatchGroup()
    /// Set under the lock; thread safe, as all of Dispatch is.
    private nonisolated(unsafe) let timer = DispatchSource.makeTimerSource()

    static var coreCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    init(_ configuration: HashingPool.Configuration) {
        precondition(configuration.threads > 0 && configuration.requestLimit > 0)
        engine = configuration.engine
        width = engine?.width ?? 0
        threadCount = configuration.threads
        state = Mutex(
            State(
                queue: HashingQueue(
                    limit: configuration.requestLimit, width: width, threads: threadCount,
                    memoryLimit: configuration.memoryLimit)))
        unsafe timer.setEventHandler { [weak self] in self?.expire() }
        unsafe timer.activate()
    }

    var counts: HashingPool.Counts {
        state.withLock {
            var counts = $0.counts
            counts.waiting = $0.queue.waitingJobs + $0.queue.waitingClosures
            return counts
        }
    }

    /// Whether every thread sleeps.
    var areIdle: Bool { state.withLock { $0.idle.count } == threadCount }

    func start() {
        for number in 0..<threadCount {
            running.enter()
            let thread = Thread { [self] in
                Self.giveWay(as: "hashing-\(number)")
                work()
                running.leave()
            }
            thread.start()
        }
    }

    /// Names the calling thread, and lets every other thread of the process run before it: a login that needs no hash
    /// must not wait for a time slice of those that guess. Where the system refuses, nothing is lost but that.
    private static func giveWay(as name: String) {
        // Foundation's own way to name a thread is lost if the thread is faster than its starter.
        try? name.write(toFile: "/proc/thread-self/comm", atomically: false, encoding: .utf8)
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)  // of a thread on Linux: setpriority(2)
    }

    // MARK: Requests

    func run(_ work: [HashingWork], until goal: HashingGoal, deadline: ContinuousClock.Instant) async -> Outcome {
        guard !work.isEmpty else { return .success([]) }
        let request = Mutex<HashingQueue.RequestID?>(nil)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard let admitted = admit(work, goal, deadline, continuation) else { return }
                request.withLock { $0 = admitted }
                // A cancellation that came before the request had its name found nothing to withdraw.
                if Task.isCancelled { withdraw(admitted) }
            }
        } onCancel: {
            if let request = request.withLock({ $0 }) { withdraw(request) }
        }
    }

    /// Ends every request and every thread; threads that run a closure, when it returns.
    func stop() {
        let (ended, idle) = state.withLock { state in
            state.isStopped = true
            defer { state.idle = [] }
            return (close(state.queue.withdrawAll(because: .stopped), &state), state.idle)
        }
        ended.forEach { $0() }
        idle.forEach { $0.semaphore.signal() }
        unsafe timer.cancel()
    }

    /// Waits for the last thread.
    func end() async {
        await withCheckedContinuation { continuation in
            running.notify(queue: .global()) { continuation.resume() }
        }
    }

    private func admit(
        _ work: [HashingWork], _ goal: HashingGoal, _ deadline: ContinuousClock.Instant,
        _ continuation: CheckedContinuation<Outcome, Never>
    ) -> HashingQueue.RequestID? {
        let result: Result<HashingQueue.RequestID, HashingError> = state.withLock { state in
            guard !state.isStopped else { return .failure(.stopped) }
            do throws(HashingError) {
                let request = try state.queue.admit(work, goal: goal, deadline: deadline, now: .now)
                state.replies[request] = continuation
                wake(&state)
                setTimer(&state)
                return .success(request)
            } catch {
                count(error, &state)
                return .failure(error)
            }
        }
        switch result {
        case .success(let request): return request
        case .failure(let error):
            continuation.resume(returning: .failure(error))
            return nil
        }
    }

    private func withdraw(_ request: HashingQueue.RequestID) {
        let ended = state.withLock { close($0.queue.withdraw(request, because: .cancelled).map { [$0] } ?? [], &$0) }
        ended.forEach { $0() }
    }

    private func expire() {
        let ended = state.withLock { state in
            state.timerSetFor = nil
            defer { setTimer(&state) }
            return close(state.queue.expire(now: .now), &state)
        }
        ended.forEach { $0() }
    }

    /// Has the timer fire at the earliest deadline, if it does not already fire before that.
    private func setTimer(_ state: inout State) {
        guard let deadline = state.queue.earliestDeadline else { return }
        if let firesAt = state.timerSetFor, firesAt <= deadline { return }
        state.timerSetFor = deadline
        let wait = max(.zero, ContinuousClock.now.duration(to: deadline))
        unsafe timer.schedule(deadline: .now() + wait / .seconds(1), leeway: .milliseconds(1))
    }

    /// Wakes as many idle threads as there is work that no thread under way will take along.
    private func wake(_ state: inout State) {
        let queue = state.queue
        let spare = queue.waitingClosures > 0 ? 0 : state.spareLanes.values.reduce(0, +)
        let jobs = max(0, queue.waitingJobs - spare)
        let threads = queue.waitingClosures + (jobs == 0 ? 0 : (jobs + width - 1) / width)
        for _ in 0..<min(threads, state.idle.count) { state.idle.removeLast().semaphore.signal() }
    }

    /// Takes settled requests off the books; the answers are to be given when the lock is not held.
    private func close(_ settled: [HashingQueue.Settled], _ state: inout State) -> [@Sendable () -> Void] {
        settled.compactMap { settled in
            if case .failure(let error) = settled.outcome { count(error, &state) }
            guard let reply = state.replies.removeValue(forKey: settled.request) else { return nil }
            return { reply.resume(returning: settled.outcome) }
        }
    }

    private func count(_ error: HashingError, _ state: inout State) {
        switch error {
        case .overloaded: state.counts.overloaded += 1
        case .timedOut: state.counts.timedOut += 1
        case .cancelled, .stopped: break
        }
    }

    // MARK: Threads

    private enum Next {
        case assignment(HashingQueue.Assignment), sleep, end
    }

    private func work() {
        let sleeper = Sleeper()
        let lanes = engine.map(Lanes.init)
        while true {
            switch next(sleeper) {
            case .end: return
            case .sleep: sleeper.semaphore.wait()
            case .assignment(.closure(let closure)):
                let start = ContinuousClock.now
                let matches = closure.payload.check()
                finish(closure, matches: matches, took: start.duration(to: .now))
            case .assignment(.lanes(let jobs)): if let lanes { run(jobs, in: lanes, sleeper) }
            }
        }
    }

    private func next(_ sleeper: Sleeper) -> Next {
        let (next, ended) = state.withLock { state -> (Next, [@Sendable () -> Void]) in
            guard !state.isStopped else { return (.end, []) }
            var settled: [HashingQueue.Settled] = []
            let atLeisure = !state.idle.isEmpty && state.spareLanes.isEmpty
            let assignment = state.queue.next(now: .now, atLeisure: atLeisure, settled: &settled)
            let ended = close(settled, &state)
            switch assignment {
            case .lanes(let jobs): state.spareLanes[sleeper] = width - jobs.count
            case .closure: state.counts.closures += 1
            case nil: state.idle.append(sleeper)
            }
            return (assignment.map(Next.assignment) ?? .sleep, ended)
        }
        ended.forEach { $0() }
        return next
    }

    private func finish(
        _ closure: HashingQueue.Waiting<HashingQueue.ClosureWork>, matches: Bool, took time: Duration
    ) {
        let ended = state.withLock { state in
            state.queue.pace.learn(closure: closure.cost, took: time)
            if closure.payload.memory > 0 {
                state.queue.giveBack(memory: closure.payload.memory)
                wake(&state)  // this thread takes one that waited for it, but there may be room for more
            }
            return close(state.queue.finish(closure.ticket, matches: matches).map { [$0] } ?? [], &state)
        }
        ended.forEach { $0() }
    }

    /// Runs lane jobs, and those that come meanwhile, until no lane has one.
    private func run(_ first: [HashingQueue.Waiting<HashingQueue.LaneWork>], in lanes: Lanes, _ sleeper: Sleeper) {
        var laneJobs: [LaneJob?] = Array(repeating: nil, count: width)
        var joining = first
        while true {
            var answers: [Answer] = []
            for job in joining {
                if !job.payload.job.password.isHashable {
                    answers.append(Answer(ticket: job.ticket, matches: false))
                } else if let lane = lanes.free {
                    lanes.load(job.payload.job, into: lane)
                    laneJobs[lane] = LaneJob(ticket: job.ticket, cost: job.cost, started: .now)
                }
            }
            let filled = laneJobs.count { $0 != nil }
            if filled > 0 {
                lanes.step { lane, matches in
                    if let job = laneJobs[lane] {
                        answers.append(Answer(ticket: job.ticket, matches: matches, job: job))
                    }
                    laneJobs[lane] = nil
                }
            }
            let stop = state.withLock { [laneJobs, answers] state in
                exchange(answers, laneJobs, filled, sleeper, &state)
            }
            stop.ended.forEach { $0() }
            for lane in stop.leaving {
                lanes.unload(lane)
                laneJobs[lane] = nil
            }
            joining = stop.joining
            if joining.isEmpty, lanes.areEmpty { break }
        }
        lanes.wipe()
    }

    private struct Exchange: Sendable {
        var ended: [@Sendable () -> Void] = []
        var leaving: [Int] = []
        var joining: [HashingQueue.Waiting<HashingQueue.LaneWork>] = []
    }

    /// A job in a lane.
    private struct LaneJob: Sendable {
        let ticket: HashingQueue.Ticket
        let cost: Duration
        let started: ContinuousClock.Instant
    }

    private struct Answer: Sendable {
        let ticket: HashingQueue.Ticket
        let matches: Bool
        /// nil: it needed no lane.
        var job: LaneJob?
    }

    /// What happens between two steps: answers are noted, jobs nobody needs leave, waiting ones take their lanes.
    private func exchange(
        _ answers: [Answer], _ laneJobs: [LaneJob?], _ filled: Int, _ sleeper: Sleeper, _ state: inout State
    ) -> Exchange {
        var exchange = Exchange()
        let now = ContinuousClock.now
        state.counts.laneSteps += filled > 0 ? 1 : 0
        state.counts.lanesFilled += filled
        state.counts.laneJobs += answers.count
        for case let job? in answers.map(\.job) {
            state.queue.pace.learn(lane: job.cost, took: job.started.duration(to: now))
        }
        var settled = answers.compactMap { state.queue.finish($0.ticket, matches: $0.matches) }
        exchange.leaving = laneJobs.indices.filter { lane in
            laneJobs[lane].map { !state.queue.needs($0.ticket) } ?? false
        }
        let free = laneJobs.count { $0 == nil } + exchange.leaving.count
        exchange.joining = state.queue.join(lanes: free, now: now, settled: &settled)
        exchange.ended = close(settled, &state)
        let spare = free - exchange.joining.count
        state.spareLanes[sleeper] = spare == width ? nil : spare
        return exchange
    }
}
