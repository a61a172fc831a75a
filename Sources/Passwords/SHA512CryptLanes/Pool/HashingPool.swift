/// The threads that all hashing runs on, with a bounded queue in front of them.
///
/// There are as many threads as there should be cores busy with hashing, none of them of the cooperative pool. A thread
/// that is free takes the oldest work: either a closure, or as many lane jobs as it has lanes. There is no gathering
/// window: jobs that come while lanes are under way join them within some 25 us, so that concurrent logins fill the
/// lanes together and none waits for others to come. A lane job that is alone, with threads to spare, is done by its
/// closure, which is the faster way for one. A pool that is let go of stops as ``shutDown()`` does.
package final class HashingPool: Sendable {
    /// How many threads, how much may wait, and which lanes.
    package struct Configuration: Sendable {
        /// Threads; at least 1. Default: as many as there are cores.
        package var threads: Int
        /// Requests that may wait or be under way at a time. Default: 1024.
        package var requestLimit = 1024
        /// Bytes that closures under way may take together; one that takes more runs alone. Default: 256 MiB.
        package var memoryLimit = 256 << 20
        /// What runs lane jobs; nil: their closures are called instead. Default: the best there is.
        package var engine: LaneEngine? = .best

        /// The defaults.
        package init() { threads = HashingThreads.coreCount }
    }

    /// What a pool has done so far, for metrics.
    package struct Counts: Sendable, Hashable {
        /// Pieces of work that wait now.
        package var waiting = 0
        /// Requests refused because there were too many, or because they would have come too late.
        package var overloaded = 0
        /// Requests whose deadline passed.
        package var timedOut = 0
        /// Closures called.
        package var closures = 0
        /// Lane jobs run to their end.
        package var laneJobs = 0
        /// Steps of 42 rounds done by sets of lanes, and lanes that had a job in them: the ratio is how full lanes are.
        package var laneSteps = 0, lanesFilled = 0
    }

    /// What runs lane jobs; nil if their closures are called instead.
    package let engine: LaneEngine?
    let threads: HashingThreads

    /// Starts the threads.
    package init(_ configuration: Configuration = Configuration()) {
        engine = configuration.engine
        threads = HashingThreads(configuration)
        threads.start()
    }

    deinit { threads.stop() }

    /// What the pool has done so far.
    package var counts: Counts { threads.counts }

    /// Whether no thread has anything to do just now: lanes beside a job would go empty.
    package var isIdle: Bool { threads.areIdle }

    /// Runs checks side by side and waits until `goal` is reached.
    ///
    /// - Parameters:
    ///   - work: The checks, in the order in which they start and in which ``HashingGoal/firstMatch`` looks at them.
    ///   - deadline: When to give up, also on what has started; lanes are freed then, a closure runs on unheeded.
    /// - Returns: For each check whether it matched; nil where the goal was reached without its answer.
    /// - Throws: ``HashingError``; `.overloaded` and `.stopped` at once, `.cancelled` as soon as the task is.
    /// - Complexity: Waits for a thread; some 20 us on top of the hashes.
    package func run(
        _ work: [HashingWork], until goal: HashingGoal = .everyAnswer, deadline: ContinuousClock.Instant
    ) async throws(HashingError) -> [Bool?] {
        try await threads.run(work, until: goal, deadline: deadline).get()
    }

    /// Finds the first check, in the order given, that matches.
    ///
    /// - Returns: Its place in `work`; nil if none matches. Otherwise as ``run(_:until:deadline:)``.
    package func firstMatch(in work: [HashingWork], deadline: ContinuousClock.Instant) async throws(HashingError)
        -> Int?
    {
        try await run(work, until: .firstMatch, deadline: deadline).firstIndex(of: true)
    }

    /// Ends every request with `.stopped` and returns when the last thread is gone: lanes are left within some 100 us, a
    /// closure under way is waited for.
    package func shutDown() async {
        threads.stop()
        await threads.end()
    }
}
