import Dispatch
@testable import SHA512CryptLanes
import Synchronization
import Testing

/// A closure that keeps a hashing thread busy until it is let go.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let entered: AsyncStream<Void>
    private let enter: AsyncStream<Void>.Continuation
    init() { (entered, enter) = AsyncStream.makeStream() }

    var work: HashingWork {
        .closure { [self] in
            enter.yield()
            semaphore.wait()
            return true
        }
    }
    func waitUntilEntered() async { for await _ in entered { return } }
    func open() { semaphore.signal() }
}

/// Notes that it was called.
private final class Note: Sendable {
    private let called = Atomic(false)
    var wasCalled: Bool { called.load(ordering: .relaxed) }
    var work: HashingWork { .closure { [self] in called.exchange(true, ordering: .relaxed) } }
}

@Suite(.timeLimit(.minutes(2)))
struct HashingPoolTests {
    private let soon = ContinuousClock.now + .seconds(60)

    private func pool(threads: Int = 1, limit: Int = 1024, engine: LaneEngine? = .best) -> HashingPool {
        var configuration = HashingPool.Configuration()
        (configuration.threads, configuration.requestLimit, configuration.engine) = (threads, limit, engine)
        return HashingPool(configuration)
    }

    /// A check that libcrypt says `matches` of.
    private func check(matches: Bool, setting: String = "$6$rounds=1000$salt$") throws -> HashingWork {
        let stored = try #require(Crypt.hash(Array("right".utf8), setting))
        return try lane(matches ? "right" : "wrong", stored) { matches }
    }

    private func lane(_ password: String, _ stored: String, otherwise: @escaping @Sendable () -> Bool = { false })
        throws
        -> HashingWork
    {
        let hash = try #require(SHA512CryptHash(stored))
        return .lane(SHA512CryptJob(password: SecretBytes(Array(password.utf8)), hash: hash), otherwise: otherwise)
    }

    /// A check that takes minutes.
    private func endless() throws -> HashingWork {
        try lane("any", "$6$rounds=999999999$salt$" + SHA512CryptHashTests.digest)
    }

    private func until(_ condition: () -> Bool) async { while !condition() { await Task.yield() } }

    @Test(arguments: [LaneEngine.best, nil])
    func `many requests of both kinds at once each get their own answers`(engine: LaneEngine?) async throws {
        let pool = pool(threads: 2, engine: engine)
        let (right, wrong) = try (check(matches: true), check(matches: false))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let work = (0..<(number % 7)).map { place -> HashingWork in
                        let matches = (number * place) % 3 == 1
                        return place % 3 == 2 ? .closure { matches } : matches ? right : wrong
                    }
                    let expected = (0..<(number % 7)).map { Bool?.some((number * $0) % 3 == 1) }
                    let answers = try await pool.run(work, deadline: soon)
                    #expect(answers == expected)
                }
            }
            try await group.waitForAll()
        }
        #expect(pool.counts.waiting == 0)
        #expect((pool.counts.laneJobs > 0) == (engine != nil))
        await pool.shutDown()
    }

    @Test func `the first match in the order given is found among many hashes of one password`() async throws {
        let pool = pool(threads: 2)
        let (right, wrong) = try (check(matches: true), check(matches: false))
        var work = Array(repeating: wrong, count: 20)
        #expect(try await pool.firstMatch(in: work, deadline: soon) == nil)
        (work[13], work[17]) = (right, right)
        #expect(try await pool.firstMatch(in: work, deadline: soon) == 13)
        #expect(try await pool.firstMatch(in: [], deadline: soon) == nil)
        await pool.shutDown()
    }

    @Test func `no more closures run at once than there are threads, and they do run side by side`() async throws {
        let pool = pool(threads: 2)
        let (first, second) = (Gate(), Gate())
        async let one = pool.run([first.work], deadline: soon)
        async let two = pool.run([second.work], deadline: soon)
        await first.waitUntilEntered()
        await second.waitUntilEntered()
        let note = Note()
        async let three = pool.run([note.work], deadline: soon)
        await until { pool.counts.waiting == 1 }
        #expect(!note.wasCalled)
        first.open()
        #expect(try await three == [false])
        second.open()
        #expect(try await (one, two) == ([true], [true]))
        await pool.shutDown()
    }

    @Test func `a full queue refuses at once what it cannot hold, and takes more when there is room`() async throws {
        let pool = pool(limit: 2)
        let gate = Gate()
        async let busy = pool.run([gate.work], deadline: soon)
        await gate.waitUntilEntered()
        async let waiting = pool.run([.closure { true }, .closure { false }], deadline: soon)
        await until { pool.counts.waiting == 2 }
        await #expect(throws: HashingError.overloaded) { try await pool.run([.closure { true }], deadline: soon) }
        #expect(pool.counts.overloaded == 1)
        gate.open()
        #expect(try await busy == [true])
        #expect(try await waiting == [true, false])
        #expect(try await pool.run([.closure { true }, .closure { true }], deadline: soon) == [true, true])
        await pool.shutDown()
    }

    @Test func `a deadline is kept while every thread is busy, and what was late never starts`() async throws {
        let pool = pool()
        let gate = Gate()
        async let busy = pool.run([gate.work], deadline: soon)
        await gate.waitUntilEntered()
        let note = Note()
        await #expect(throws: HashingError.timedOut) {
            try await pool.run([note.work], deadline: .now + .milliseconds(10))
        }
        await #expect(throws: HashingError.timedOut) { try await pool.run([.closure { true }], deadline: .now) }
        #expect(pool.counts.timedOut == 2 && pool.counts.waiting == 0)
        gate.open()
        #expect(try await busy == [true])
        #expect(try await pool.run([.closure { true }], deadline: soon) == [true])
        #expect(!note.wasCalled)
        await pool.shutDown()
    }

    @Test(.enabled(if: LaneEngine.best != nil, "this CPU has no lanes"))
    func `lanes are freed when a deadline passes under way`() async throws {
        let pool = pool()
        let endless = try endless()
        await #expect(throws: HashingError.timedOut) {
            try await pool.run(Array(repeating: endless, count: 8), deadline: .now + .milliseconds(10))
        }
        #expect(try await pool.run([.closure { true }], deadline: soon) == [true])
        await pool.shutDown()
    }

    @Test(.enabled(if: LaneEngine.best != nil, "this CPU has no lanes"))
    func `a job joins lanes under way on the only thread, and does not wait for a long one`() async throws {
        let pool = pool()
        let (right, endless) = try (check(matches: true), endless())
        let long = Task { try await pool.run([endless], deadline: soon) }
        await until { pool.counts.laneSteps > 0 }
        #expect(try await pool.run([right, right], deadline: soon) == [true, true])
        long.cancel()
        await #expect(throws: HashingError.cancelled) { try await long.value }
        await pool.shutDown()
    }

    @Test(.enabled(if: LaneEngine.best != nil, "this CPU has no lanes"))
    func `jobs of many requests that wait fill the lanes together`() async throws {
        let pool = pool()
        let width = try #require(pool.engine?.width)
        let (gate, right) = (Gate(), try check(matches: true))
        async let busy = pool.run([gate.work], deadline: soon)
        await gate.waitUntilEntered()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    let answers = try await pool.run([right], deadline: soon)
                    #expect(answers == [true])
                }
            }
            await until { pool.counts.waiting == width }
            gate.open()
            try await group.waitForAll()
        }
        _ = try await busy
        await pool.shutDown()
        #expect(pool.counts.laneSteps == 24)  // 1000 rounds
        #expect(pool.counts.lanesFilled == 24 * width)
    }

    @Test func `a job that is alone, with a thread to spare, is done by libcrypt`() async throws {
        let pool = pool(threads: 2)
        let note = Note()
        guard case .closure(_, _, let called) = note.work else { return }
        let stored = "$6$rounds=999999999$salt$" + SHA512CryptHashTests.digest
        // The other thread must have gone to sleep, else there is none to spare.
        #expect(try await pool.run([.closure { true }, .closure { true }], deadline: soon) == [true, true])
        while !note.wasCalled {
            _ = try? await pool.run([lane("any", stored, otherwise: called)], deadline: .now + .milliseconds(50))
        }
        await pool.shutDown()
    }

    @Test func `a closure waits for the memory that another one holds, on however many threads`() async throws {
        var configuration = HashingPool.Configuration()
        (configuration.threads, configuration.memoryLimit) = (3, 100)
        let pool = HashingPool(configuration)
        let gate = Gate()
        guard case .closure(_, _, let hold) = gate.work else { return }
        async let busy = pool.run([.closure(memory: 80, hold)], deadline: soon)
        await gate.waitUntilEntered()
        let note = Note()
        guard case .closure(_, _, let called) = note.work else { return }
        async let waiting = pool.run([.closure(memory: 40, called)], deadline: soon)
        await until { pool.counts.waiting == 1 }
        #expect(try await pool.run([.closure { true }], deadline: soon) == [true])
        #expect(!note.wasCalled)
        gate.open()
        #expect(try await waiting == [false])
        #expect(try await busy == [true])
        await until { pool.isIdle }
        await pool.shutDown()
    }

    @Test func `a cancelled task stops waiting at once, also when it was cancelled before`() async throws {
        let pool = pool()
        let gate = Gate()
        async let busy = pool.run([gate.work], deadline: soon)
        await gate.waitUntilEntered()
        for waitsFirst in [true, false, true, false] {
            let task = Task { try await pool.run([.closure { true }], deadline: soon) }
            if waitsFirst { await until { pool.counts.waiting == 1 } }
            task.cancel()
            await #expect(throws: HashingError.cancelled) { try await task.value }
            #expect(pool.counts.waiting == 0)
        }
        gate.open()
        #expect(try await busy == [true])
        await pool.shutDown()
    }

    @Test func `shutting down ends what waits and what is under way, and returns when the threads are gone`()
        async throws
    {
        let pool = pool(threads: 3)
        let (gate, endless) = (Gate(), try endless())
        let tasks = [[gate.work], [endless, endless], [.closure { true }, endless]].map { work in
            Task { try await pool.run(work, deadline: soon) }
        }
        await gate.waitUntilEntered()
        let shutDown = Task { await pool.shutDown() }
        for task in tasks {
            // The closure of the third may or may not have been called, but its lane job is endless.
            let result = await task.result
            if pool.engine != nil { #expect(throws: HashingError.stopped) { try result.get() } }
        }
        await #expect(throws: HashingError.stopped) { try await pool.run([.closure { true }], deadline: soon) }
        gate.open()
        await shutDown.value
        await pool.shutDown()
    }

    @Test func `a pool that is let go of ends its threads`() async throws {
        var pool: HashingPool? = pool(threads: 2)
        #expect(try await pool?.run([.closure { true }], deadline: soon) == [true])
        let threads = try #require(pool?.threads)
        pool = nil
        await threads.end()
    }

    @Test(arguments: [LaneEngine.best, nil], [1, 2])
    func `one check wakes a pool that sleeps, whatever its kind`(engine: LaneEngine?, threads: Int) async throws {
        let pool = pool(threads: threads, engine: engine)
        let right = try check(matches: true)
        for work in [HashingWork.closure { true }, right, .closure { true }, right] {
            for _ in 0..<10 { #expect(try await pool.run([work], deadline: soon) == [true]) }
        }
        await pool.shutDown()
    }

    @Test func `no wake-up is lost in many short requests from many tasks`() async throws {
        let pool = pool(threads: 2)
        let hopeless = try lane("with\0NUL", "$6$$" + SHA512CryptHashTests.digest)
        await withTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                group.addTask {
                    var answers = 0
                    for round in 0..<200 {
                        let work = (number + round) % 3 == 0 ? [hopeless, .closure { false }] : [.closure { false }]
                        if let result = try? await pool.run(work, deadline: soon), !result.contains(true) {
                            answers += 1
                        }
                    }
                    return answers
                }
            }
            for await answers in group { #expect(answers == 200) }
        }
        await pool.shutDown()
    }
}
