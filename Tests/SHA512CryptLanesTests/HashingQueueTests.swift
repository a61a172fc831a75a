@testable import SHA512CryptLanes
import Testing

struct HashingQueueTests {
    private let start = ContinuousClock.now
    private var later: ContinuousClock.Instant { start + .seconds(1) }
    private let closure = HashingWork.closure { false }
    private let job: HashingWork

    init() throws {
        let hash = try #require(SHA512CryptHash("$6$$" + SHA512CryptHashTests.digest))
        job = .lane(SHA512CryptJob(password: SecretBytes([65]), hash: hash), otherwise: { false })
    }

    /// Names what a thread is to do next: `3.0` the closure at place 0 of request 3, `[1.0 2.0]` lane jobs.
    private func next(_ queue: inout HashingQueue, atLeisure: Bool = false) -> String {
        var settled: [HashingQueue.Settled] = []
        switch queue.next(now: start, atLeisure: atLeisure, settled: &settled) {
        case .closure(let waiting): return name(waiting.ticket)
        case .lanes(let jobs): return "[" + jobs.map { name($0.ticket) }.joined(separator: " ") + "]"
        case nil: return "-"
        }
    }

    private func join(_ queue: inout HashingQueue, lanes: Int) -> [String] {
        var settled: [HashingQueue.Settled] = []
        return queue.join(lanes: lanes, now: start, settled: &settled).map { name($0.ticket) }
    }

    private func name(_ ticket: HashingQueue.Ticket) -> String { "\(ticket.request).\(ticket.index)" }

    @discardableResult
    private func admit(
        _ work: [HashingWork], to queue: inout HashingQueue, until goal: HashingGoal = .everyAnswer,
        deadline: ContinuousClock.Instant? = nil
    ) throws -> HashingQueue.RequestID {
        try queue.admit(work, goal: goal, deadline: deadline ?? later, now: start)
    }

    @Test func `work starts in the order in which it came, and lane jobs ride along`() throws {
        var queue = HashingQueue(limit: 100, width: 4, threads: 1)
        try admit([closure], to: &queue)
        try admit([job], to: &queue)
        try admit([closure], to: &queue)
        try admit([job, closure, job], to: &queue)
        #expect(next(&queue) == "1.0")
        #expect(next(&queue) == "[2.0 4.0 4.2]")
        #expect(next(&queue) == "3.0")
        #expect(next(&queue) == "4.1")
        #expect(next(&queue) == "-")
    }

    @Test func `no more lane jobs start than there are lanes`() throws {
        var queue = HashingQueue(limit: 100, width: 4, threads: 1)
        try admit(Array(repeating: job, count: 6), to: &queue)
        #expect(next(&queue) == "[1.0 1.1 1.2 1.3]")
        #expect(join(&queue, lanes: 1) == ["1.4"])
        #expect(join(&queue, lanes: 0) == [])
        #expect(next(&queue) == "[1.5]")
    }

    @Test func `a lane job joins those under way only if no older closure waits`() throws {
        var queue = HashingQueue(limit: 100, width: 8, threads: 1)
        try admit([job, job, closure, job], to: &queue)
        #expect(join(&queue, lanes: 1) == ["1.0"])
        #expect(join(&queue, lanes: 7) == ["1.1"])
        #expect(join(&queue, lanes: 7) == [])
        #expect(next(&queue) == "1.2")
        #expect(join(&queue, lanes: 7) == ["1.3"])
    }

    @Test func `under a steady stream of both kinds neither waits for more than what was there before it`() throws {
        var queue = HashingQueue(limit: 100, width: 2, threads: 1)
        var started: [String] = []
        for _ in 0..<50 {
            try admit([job, job, job], to: &queue)
            try admit([closure], to: &queue)
            started.append(next(&queue))
            _ = join(&queue, lanes: 2)
        }
        #expect(started.contains("2.0") && started.contains("48.0"))
        for (position, name) in started.enumerated() {
            let request = Int(name.drop { $0 == "[" }.prefix { $0 != "." }) ?? 0
            #expect(request >= position && request <= 2 * position + 2, "\(name) was started as number \(position)")
        }
    }

    @Test func `no more requests are on the books than there may be`() throws {
        var queue = HashingQueue(limit: 2, width: 4, threads: 1)
        try admit([closure, job], to: &queue)
        try admit(Array(repeating: job, count: 50), to: &queue)
        #expect(throws: HashingError.overloaded) { try admit([job], to: &queue) }
        #expect(queue.waitingJobs == 51 && queue.waitingClosures == 1)
        #expect(next(&queue) == "1.0")
        #expect(throws: HashingError.overloaded) { try admit([job], to: &queue) }
        _ = queue.withdraw(1, because: .cancelled)
        try admit([job], to: &queue)
    }

    /// A closure that takes 10 ms.
    private let tenth = HashingWork.closure(cost: .milliseconds(10)) { false }

    @Test func `as long as all will be done in time all wait, and whoever would come too late is told at once`() throws
    {
        var queue = HashingQueue(limit: 10_000, width: 0, threads: 2)
        for _ in 0..<20 { try admit(Array(repeating: tenth, count: 10), to: &queue) }  // 2 s of two threads' second
        #expect(throws: HashingError.overloaded) { try admit([tenth], to: &queue) }
        // Who has more time waits, and a place is free as soon as something is done.
        try admit([tenth], to: &queue, deadline: start + .seconds(2))
        #expect(throws: HashingError.overloaded) { try admit([tenth], to: &queue) }
        for _ in 0..<3 { _ = next(&queue) }
        try admit([tenth], to: &queue)
    }

    @Test func `what is dropped makes room`() throws {
        var queue = HashingQueue(limit: 10_000, width: 0, threads: 1)
        let request = try admit(Array(repeating: tenth, count: 100), to: &queue, until: .anyMatch)
        #expect(throws: HashingError.overloaded) { try admit([tenth], to: &queue) }
        _ = next(&queue)
        #expect(queue.finish(.init(request: request, index: 0), matches: true) != nil)
        try admit(Array(repeating: tenth, count: 50), to: &queue)
        try admit(Array(repeating: tenth, count: 50), to: &queue)
        #expect(throws: HashingError.overloaded) { try admit([tenth], to: &queue) }
        #expect(queue.withdrawAll(because: .stopped).count == 2)
        try admit([tenth], to: &queue)
        try admit(Array(repeating: tenth, count: 99), to: &queue)
    }

    @Test func `who finds nothing waiting is tried, however long it may take`() throws {
        var queue = HashingQueue(limit: 10, width: 0, threads: 1)
        try admit([.closure(cost: .seconds(60)) { false }], to: &queue)
        #expect(throws: HashingError.overloaded) { try admit([tenth], to: &queue) }
        _ = next(&queue)
        try admit([tenth], to: &queue)
    }

    @Test func `lanes run side by side, and what the machine is seen to do counts`() throws {
        var queue = HashingQueue(limit: 10_000, width: 8, threads: 1)
        // 1.75 ms each, and a quarter more in lanes: 3,600 of them take a second.
        for _ in 0..<36 { try admit(Array(repeating: job, count: 100), to: &queue) }
        #expect(throws: HashingError.overloaded) { try admit(Array(repeating: job, count: 100), to: &queue) }
        // A machine four times as slow.
        for _ in 0..<200 { queue.pace.learn(lane: .milliseconds(2), took: .milliseconds(10)) }
        _ = queue.withdrawAll(because: .stopped)
        for _ in 0..<9 { try admit(Array(repeating: job, count: 100), to: &queue) }
        #expect(throws: HashingError.overloaded) { try admit(Array(repeating: job, count: 100), to: &queue) }
    }

    @Test func `one hiccup changes little, and short work tells nothing`() {
        var pace = HashingPace()
        pace.learn(closure: .milliseconds(1), took: .seconds(100))
        #expect(pace.closure < 1.2)
        for _ in 0..<1000 { pace.learn(closure: .microseconds(5), took: .milliseconds(1)) }
        #expect(pace.closure < 1.2)
        for _ in 0..<200 { pace.learn(closure: .milliseconds(1), took: .microseconds(500)) }
        #expect((0.49...0.52).contains(pace.closure))
    }

    @Test func `what is late is not started, and its request ends as timed out`() throws {
        var queue = HashingQueue(limit: 10, width: 4, threads: 1)
        try admit([job, closure], to: &queue, deadline: start + .milliseconds(100))
        try admit([closure], to: &queue)
        try admit([job], to: &queue, deadline: start + .milliseconds(200))
        #expect(queue.earliestDeadline == start + .milliseconds(100))
        #expect(queue.expire(now: start).isEmpty)
        var settled: [HashingQueue.Settled] = []
        guard
            case .closure(let waiting) = queue.next(
                now: start + .milliseconds(100), atLeisure: false, settled: &settled)
        else {
            Issue.record("not the closure that is in time")
            return
        }
        #expect(name(waiting.ticket) == "2.0")
        #expect(settled.map(\.request) == [1])
        #expect(settled.first?.outcome == .failure(.timedOut))
        #expect(queue.earliestDeadline == start + .milliseconds(200))
        #expect(queue.expire(now: later - .microseconds(1)).map(\.request) == [3])
        #expect(queue.waitingJobs == 0)
        #expect(throws: HashingError.timedOut) { try admit([job], to: &queue, deadline: start) }
    }

    @Test func `what has started is late too when its deadline passes, and its answer is not needed`() throws {
        var queue = HashingQueue(limit: 10, width: 4, threads: 1)
        let request = try admit([job], to: &queue)
        #expect(next(&queue) == "[1.0]")
        #expect(queue.needs(.init(request: request, index: 0)))
        #expect(queue.expire(now: later).map(\.request) == [request])
        #expect(!queue.needs(.init(request: request, index: 0)))
        #expect(queue.finish(.init(request: request, index: 0), matches: true) == nil)
    }

    @Test func `every answer is waited for`() throws {
        var queue = HashingQueue(limit: 10, width: 4, threads: 1)
        let request = try admit([job, job, closure], to: &queue)
        #expect(queue.finish(.init(request: request, index: 1), matches: true) == nil)
        #expect(queue.finish(.init(request: request, index: 2), matches: false) == nil)
        #expect(
            queue.finish(.init(request: request, index: 0), matches: true)?.outcome == .success([true, true, false]))
        #expect(queue.earliestDeadline != nil && queue.expire(now: later).isEmpty && queue.earliestDeadline == nil)
    }

    @Test func `any match ends the request and drops what waits`() throws {
        var queue = HashingQueue(limit: 10, width: 2, threads: 1)
        let request = try admit([job, job, job, closure], to: &queue, until: .anyMatch)
        #expect(next(&queue) == "[1.0 1.1]")
        #expect(queue.finish(.init(request: request, index: 0), matches: false) == nil)
        #expect(
            queue.finish(.init(request: request, index: 1), matches: true)?.outcome
                == .success([false, true, nil, nil]))
        #expect(next(&queue) == "-")
    }

    @Test func `the first match is known when all before it have answered; those after it are dropped`() throws {
        var queue = HashingQueue(limit: 10, width: 4, threads: 1)
        let request = try admit(Array(repeating: job, count: 6), to: &queue, until: .firstMatch)
        #expect(next(&queue) == "[1.0 1.1 1.2 1.3]")
        #expect(queue.finish(.init(request: request, index: 2), matches: true) == nil)
        #expect(queue.waitingJobs == 0)
        #expect(!queue.needs(.init(request: request, index: 3)))
        #expect(queue.finish(.init(request: request, index: 3), matches: true) == nil)
        #expect(queue.finish(.init(request: request, index: 0), matches: false) == nil)
        #expect(
            queue.finish(.init(request: request, index: 1), matches: true)?.outcome
                == .success([false, true, true, nil, nil, nil]))
    }

    @Test func `no match is known when all have answered`() throws {
        for goal in [HashingGoal.anyMatch, .firstMatch, .everyAnswer] {
            var queue = HashingQueue(limit: 10, width: 4, threads: 1)
            let request = try admit([job, closure], to: &queue, until: goal)
            #expect(queue.finish(.init(request: request, index: 1), matches: false) == nil)
            #expect(
                queue.finish(.init(request: request, index: 0), matches: false)?.outcome == .success([false, false]))
        }
    }

    @Test func `a withdrawn request leaves nothing behind`() throws {
        var queue = HashingQueue(limit: 4, width: 4, threads: 1)
        let request = try admit([job, closure], to: &queue)
        try admit([job, closure], to: &queue)
        #expect(queue.withdraw(request, because: .cancelled)?.outcome == .failure(.cancelled))
        #expect(queue.withdraw(request, because: .cancelled) == nil)
        #expect(queue.waitingJobs == 1 && queue.waitingClosures == 1)
        #expect(queue.withdrawAll(because: .stopped).map(\.request) == [2])
        #expect(next(&queue) == "-")
    }

    @Test func `a lane job that is alone is its closure if threads are to spare, two are lane jobs`() throws {
        var queue = HashingQueue(limit: 4, width: 4, threads: 1)
        try admit([job], to: &queue)
        #expect(next(&queue, atLeisure: true) == "1.0")
        try admit([job, job], to: &queue)
        #expect(next(&queue, atLeisure: true) == "[2.0 2.1]")
        try admit([job], to: &queue)
        #expect(next(&queue, atLeisure: false) == "[3.0]")
        try admit([closure, job], to: &queue)
        #expect(next(&queue, atLeisure: true) == "4.0")
        #expect(next(&queue, atLeisure: true) == "4.1")
        #expect(next(&queue, atLeisure: true) == "-")
    }

    @Test func `memory is given out by first come, and only those that need none overtake`() throws {
        var queue = HashingQueue(limit: 100, width: 2, threads: 1, memoryLimit: 64)
        func heavy(_ memory: Int) -> HashingWork { .closure(memory: memory) { false } }
        for work in [heavy(8), heavy(64), heavy(8), closure, job, job, heavy(200)] { try admit([work], to: &queue) }
        #expect(next(&queue) == "1.0")
        #expect(next(&queue) == "4.0")  // 2 does not fit, and 3 may not overtake it
        #expect(join(&queue, lanes: 1) == ["5.0"])
        #expect(next(&queue) == "[6.0]")
        #expect(next(&queue) == "-")
        queue.giveBack(memory: 8)
        #expect(next(&queue) == "2.0")
        queue.giveBack(memory: 64)
        #expect(next(&queue) == "3.0")
        #expect(next(&queue) == "-")
        queue.giveBack(memory: 8)
        #expect(next(&queue) == "7.0")  // more than the limit: alone
        try admit([heavy(1)], to: &queue)
        #expect(next(&queue) == "-")
        try admit([closure], to: &queue)
        #expect(next(&queue) == "9.0")
        queue.giveBack(memory: 200)
        #expect(next(&queue) == "8.0")
    }

    @Test func `without lanes a lane job is its closure, which sees no password that libcrypt cannot hash`() throws {
        var queue = HashingQueue(limit: 4, width: 0, threads: 1)
        let hash = try #require(SHA512CryptHash("$6$$" + SHA512CryptHashTests.digest))
        let work = [[65], [65, 0, 65], [UInt8](repeating: 65, count: 512)].map { password in
            HashingWork.lane(SHA512CryptJob(password: SecretBytes(password), hash: hash), otherwise: { true })
        }
        try admit(work, to: &queue)
        var settled: [HashingQueue.Settled] = []
        for expected in [true, false, false] {
            guard case .closure(let waiting) = queue.next(now: start, atLeisure: false, settled: &settled) else {
                Issue.record("no closure")
                return
            }
            #expect(waiting.payload.check() == expected)
        }
        #expect(join(&queue, lanes: 0) == [])
        #expect(next(&queue) == "-")
    }
}
