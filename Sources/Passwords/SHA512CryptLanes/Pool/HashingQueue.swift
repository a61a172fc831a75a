/// What waits for a hashing thread and what is under way: the rules of ``HashingPool``, without threads or clocks.
///
/// Work starts in the order in which it came, whatever its kind, except that lane jobs start together with another one,
/// and join lanes under way as long as no older closure waits. So neither kind starves the other. A lane job that is
/// alone, with threads to spare, is done by libcrypt, which takes a quarter less time than a set of lanes. Closures that
/// wait for memory are overtaken only by work that needs none. What may wait is bounded by time: a request is refused if
/// all that waits, and it, would take longer than it has; and, for the sake of memory, by the number of requests.
struct HashingQueue: Sendable {
    typealias RequestID = UInt64

    /// Names a piece of work: the request, and its place in it.
    struct Ticket: Hashable, Sendable {
        let request: RequestID
        let index: Int
    }

    struct Waiting<Payload: Sendable>: Sendable {
        let ticket: Ticket
        let arrival: UInt64
        let cost: Duration
        let payload: Payload
    }

    /// A lane job, and the closure that gives the same answer.
    struct LaneWork: Sendable {
        let job: SHA512CryptJob
        let otherwise: @Sendable () -> Bool

        /// The closure, for a password that it sees whole; any other matches nothing.
        func check() -> Bool { job.password.isHashable && otherwise() }
    }

    /// A closure, and the bytes it takes.
    struct ClosureWork: Sendable {
        let memory: Int
        let check: @Sendable () -> Bool
    }

    /// What a thread is to do next.
    enum Assignment: Sendable {
        case lanes([Waiting<LaneWork>])
        case closure(Waiting<ClosureWork>)
    }

    /// A request that has come to its end; nil stands for an answer that was not needed.
    struct Settled: Sendable, Equatable {
        let request: RequestID
        let outcome: Result<[Bool?], HashingError>
    }

    private struct Request {
        let goal: HashingGoal
        let deadline: ContinuousClock.Instant
        var answers: [Bool?]
        /// Answers before this place are needed.
        var needed: Int
        /// How many of its pieces have not started, dropped ones included.
        var waiting: Int

        func needs(_ ticket: Ticket) -> Bool { ticket.index < needed }
    }

    private let limit: Int
    private let width: Int
    private let threads: Int
    private let memoryLimit: Int
    private var memoryInUse = 0
    private var jobs: [Waiting<LaneWork>] = []
    private var closures: [Waiting<ClosureWork>] = []
    /// What they cost together.
    private var (jobCost, closureCost) = (Duration.zero, Duration.zero)
    /// How fast work is done, for those who do it to tell.
    var pace = HashingPace()
    private var requests: [RequestID: Request] = [:]
    private var lastRequest: RequestID = 0
    private var lastArrival: UInt64 = 0
    /// No request's deadline is before this; nil if there is none.
    private(set) var earliestDeadline: ContinuousClock.Instant?

    /// - Parameters:
    ///   - limit: How many requests may be on the books, waiting or under way.
    ///   - width: How many lane jobs a thread runs side by side; 0 where there are no lanes.
    ///   - threads: How many there are to do the work.
    ///   - memoryLimit: What the closures under way may take together, in bytes; one that takes more runs alone.
    init(limit: Int, width: Int, threads: Int, memoryLimit: Int = .max) {
        (self.limit, self.width, self.threads, self.memoryLimit) = (limit, width, threads, memoryLimit)
    }

    var waitingJobs: Int { jobs.count }
    var waitingClosures: Int { closures.count }

    /// Whether an answer would still be of use.
    func needs(_ ticket: Ticket) -> Bool { requests[ticket.request]?.needs(ticket) ?? false }

    /// Takes a request in, as a whole or not at all.
    mutating func admit(
        _ work: [HashingWork], goal: HashingGoal, deadline: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) throws(HashingError) -> RequestID {
        guard now < deadline else { throw .timedOut }
        guard requests.count < limit, isInTime(work, now.duration(to: deadline)) else { throw .overloaded }
        lastRequest += 1
        let answers = [Bool?](repeating: nil, count: work.count)
        requests[lastRequest] = Request(
            goal: goal, deadline: deadline, answers: answers, needed: work.count, waiting: work.count)
        earliestDeadline = min(deadline, earliestDeadline ?? deadline)
        for (index, piece) in work.enumerated() {
            lastArrival += 1
            let ticket = Ticket(request: lastRequest, index: index)
            switch piece {
            case .lane(let job, let otherwise):
                let work = LaneWork(job: job, otherwise: otherwise)
                if width > 0 {
                    jobs.append(Waiting(ticket: ticket, arrival: lastArrival, cost: piece.cost, payload: work))
                    jobCost += piece.cost
                } else {
                    append(ClosureWork(memory: 0, check: work.check), ticket, piece.cost)
                }
            case .closure(let memory, _, let check):
                append(ClosureWork(memory: memory, check: check), ticket, piece.cost)
            }
        }
        return lastRequest
    }

    private mutating func append(_ work: ClosureWork, _ ticket: Ticket, _ cost: Duration) {
        closures.append(Waiting(ticket: ticket, arrival: lastArrival, cost: cost, payload: work))
        closureCost += cost
    }

    /// Whether work would be done within a time if it waited for its turn; where nothing waits that is tried.
    private func isInTime(_ work: [HashingWork], _ time: Duration) -> Bool {
        if jobs.isEmpty, closures.isEmpty { return true }
        var (jobCost, closureCost) = (jobCost, closureCost)
        for piece in work {
            if case .lane = piece, width > 0 { jobCost += piece.cost } else { closureCost += piece.cost }
        }
        let seconds =
            closureCost / .seconds(1) * pace.closure + jobCost / .seconds(1) * pace.lane / Double(max(1, width))
        return seconds / Double(threads) <= time / .seconds(1)
    }

    /// What a thread that is free does next; nil if nothing may start. A closure's memory is to be given back. Requests found to be late are settled on the way.
    ///
    /// - Parameter atLeisure: No lanes are under way, and other threads have nothing to do.
    mutating func next(now: ContinuousClock.Instant, atLeisure: Bool, settled: inout [Settled]) -> Assignment? {
        settled += expire(now: now)
        if let index = runnableClosure, closures[index].arrival < jobs.first?.arrival ?? .max {
            let closure = closures.remove(at: index)
            closureCost -= closure.cost
            requests[closure.ticket.request]?.waiting -= 1
            memoryInUse += closure.payload.memory
            return .closure(closure)
        }
        guard jobs.count == 1, atLeisure, let alone = take(1).first else {
            return jobs.isEmpty ? nil : .lanes(take(width))
        }
        let closure = ClosureWork(memory: 0, check: alone.payload.check)
        return .closure(Waiting(ticket: alone.ticket, arrival: alone.arrival, cost: alone.cost, payload: closure))
    }

    /// The closure that may start next: the oldest, or, while that one waits for memory, the oldest that needs none.
    private var runnableClosure: Int? {
        guard let first = closures.first else { return nil }
        if memoryInUse == 0 || first.payload.memory <= memoryLimit - memoryInUse { return 0 }
        return closures.firstIndex { $0.payload.memory == 0 }
    }

    /// Takes back the memory of a closure that has returned.
    mutating func giveBack(memory: Int) { memoryInUse -= memory }

    /// Lane jobs that may join those under way on a thread that has lanes to spare.
    mutating func join(lanes: Int, now: ContinuousClock.Instant, settled: inout [Settled]) -> [Waiting<LaneWork>] {
        guard lanes > 0, !jobs.isEmpty else { return [] }
        settled += expire(now: now)
        let older = runnableClosure.map { closures[$0].arrival } ?? .max
        return take(min(lanes, jobs.prefix { $0.arrival < older }.count))
    }

    /// Notes an answer; the request, if that settles it.
    mutating func finish(_ ticket: Ticket, matches: Bool) -> Settled? {
        guard needs(ticket), var request = requests[ticket.request] else { return nil }
        request.answers[ticket.index] = matches
        if matches {
            switch request.goal {
            case .everyAnswer: break
            case .anyMatch: request.needed = 0
            case .firstMatch: request.needed = ticket.index
            }
        }
        requests[ticket.request] = request
        if request.needed < request.answers.count, request.waiting > 0 { dropUnneeded() }
        guard !request.answers[..<request.needed].contains(nil) else { return nil }
        requests[ticket.request] = nil
        return Settled(request: ticket.request, outcome: .success(request.answers))
    }

    /// Ends a request before its answer is known; nil if it has come to its end already.
    mutating func withdraw(_ request: RequestID, because error: HashingError) -> Settled? {
        guard let withdrawn = requests.removeValue(forKey: request) else { return nil }
        if withdrawn.waiting > 0 { dropUnneeded() }
        return Settled(request: request, outcome: .failure(error))
    }

    /// Ends every request.
    mutating func withdrawAll(because error: HashingError) -> [Settled] {
        defer {
            (requests, jobs, closures) = ([:], [], [])
            (jobCost, closureCost) = (.zero, .zero)
        }
        return requests.keys.map { Settled(request: $0, outcome: .failure(error)) }
    }

    /// Ends the requests whose deadline has passed.
    mutating func expire(now: ContinuousClock.Instant) -> [Settled] {
        guard let earliestDeadline, earliestDeadline <= now else { return [] }
        let late = requests.filter { $0.value.deadline <= now }.keys
        for request in late { requests[request] = nil }
        self.earliestDeadline = requests.values.lazy.map(\.deadline).min()
        if !late.isEmpty { dropUnneeded() }
        return late.map { Settled(request: $0, outcome: .failure(.timedOut)) }
    }

    private mutating func dropUnneeded() {
        jobs = jobs.filter { needs($0.ticket) }
        closures = closures.filter { needs($0.ticket) }
        jobCost = jobs.reduce(.zero) { $0 + $1.cost }
        closureCost = closures.reduce(.zero) { $0 + $1.cost }
    }

    private mutating func take(_ count: Int) -> [Waiting<LaneWork>] {
        let taken = Array(jobs.prefix(count))
        jobs.removeFirst(taken.count)
        for job in taken {
            requests[job.ticket.request]?.waiting -= 1
            jobCost -= job.cost
        }
        return taken
    }
}
