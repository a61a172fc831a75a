internal import Foundation

/// Why lanes did not run a call to its end.
package enum LaneRefusal: Error, Sendable, Equatable {
    /// The queue in front of the lanes is full.
    case overloaded
    /// The deadline passed while the call waited or ran; if it ran, it goes on in the background and its answer is lost.
    case timedOut
}

/// A fixed number of threads for C that waits, each with one connection of its own.
///
/// A call waits in a bounded queue until a lane is free, runs there, and answers its caller by its deadline whatever
/// the C library does: a lane that hangs is short of one lane, not of an answer. Of several free lanes the one whose
/// connection is open and was last used gets it. Nothing runs on the cooperative pool.
/// The threads block all signals, so that a `write` to a closed socket cannot raise `SIGPIPE`. When the last reference
/// goes, the lanes finish what is queued, let go of their connections on their own threads, and end.
package final class BlockingLanes<Connection, Failure: Error>: Sendable {
    private let shared: LaneQueue<Connection>
    private let refusal: @Sendable (LaneRefusal) -> Failure
    private let belongsElsewhere: @Sendable (Failure) -> Bool

    /// Starts the lanes.
    ///
    /// - Parameters:
    ///   - name: Of the threads; the system shows its first 15 bytes.
    ///   - count: How many lanes, at least one.
    ///   - queueLimit: How many calls may wait for a lane; one more is refused.
    ///   - refusal: Turns a refusal into the error callers throw.
    ///   - isReady: Whether a connection is open, asked on its thread after each call; lanes whose is are preferred.
    ///   - mayOpen: Whether a lane whose connection is not open may be given a call while others are busy; else the call
    ///     waits for one of those. It is asked under a lock and must not wait.
    ///   - belongsElsewhere: Whether a job that failed so shall be run anew on another lane, if there is one whose
    ///     connection is open: for jobs that could not begin for want of a connection.
    ///   - open: Makes the connection of one lane, on its thread; it should connect when it is first used.
    package init(
        name: String, count: Int, queueLimit: Int, refusal: @escaping @Sendable (LaneRefusal) -> Failure,
        isReady: @escaping @Sendable (Connection) -> Bool = { _ in true },
        mayOpen: @escaping @Sendable () -> Bool = { true },
        belongsElsewhere: @escaping @Sendable (Failure) -> Bool = { _ in false },
        open: @escaping @Sendable () -> Connection
    ) {
        let shared = LaneQueue<Connection>(limit: max(1, queueLimit), lanes: max(1, count), mayOpen: mayOpen)
        self.shared = shared
        self.refusal = refusal
        self.belongsElsewhere = belongsElsewhere
        for lane in 0..<max(1, count) {
            Self.startThread(name) {
                let connection = open()
                while let call = shared.next(for: lane) {
                    if let fail = call.run(with: connection), !shared.handOver(call) { call.answer(fail) }
                    shared.finished(lane, isReady: isReady(connection))
                }
            }
        }
        Self.startThread(name + "-clock") { shared.watchDeadlines() }
    }

    deinit { shared.close() }

    /// What the lanes have to do now, for metrics.
    package var load: LaneLoad { shared.load }

    /// Runs a job on a free lane.
    ///
    /// - Parameters:
    ///   - timeout: How long the caller waits at most, queueing included.
    ///   - job: Gets the lane's connection and the deadline; not started once the deadline has passed.
    /// - Throws: What the job throws, or a refusal.
    /// - Complexity: About 10 us on top of the job.
    package func run<Value: Sendable>(
        within timeout: Duration,
        _ job: @escaping @Sendable (Connection, ContinuousClock.Instant) throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let deadline = ContinuousClock.now + timeout
        let (refusal, belongsElsewhere) = (refusal, belongsElsewhere)
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            let call = LaneCall<Connection>(
                deadline: deadline,
                run: { connection in
                    do throws(Failure) {
                        let value = try job(connection, deadline)
                        return .done { continuation.resume(returning: .success(value)) }
                    } catch {
                        let deliver: @Sendable () -> Void = { continuation.resume(returning: .failure(error)) }
                        return belongsElsewhere(error) ? .elsewhere(deliver: deliver) : .done(deliver: deliver)
                    }
                },
                refuse: { reason in continuation.resume(returning: .failure(refusal(reason))) })
            shared.submit(call)
        }
        return try result.get()
    }

    private static func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            // Where `ps` and `perf` look; Foundation's own way is lost if the thread is faster than its starter.
            try? name.write(toFile: "/proc/thread-self/comm", atomically: false, encoding: .utf8)
            body()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }
}
