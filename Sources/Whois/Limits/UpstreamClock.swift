/// A clock whose moments are durations since it was made, so that state can hold them whatever clock is behind it.
struct UpstreamClock: Sendable {
    /// The time since the clock was made.
    let now: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void

    /// Reads a clock from now on.
    init<Base: Clock>(_ clock: Base) where Base.Duration == Duration {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// Sleeps until a moment; throws as soon as the task is cancelled.
    func sleep(until moment: Duration) async throws { try await sleep(moment) }

    /// Does work that must not go on beyond a moment.
    ///
    /// - Parameter work: Ends at once when it is cancelled; this waits for it.
    /// - Returns: What the work returned; nil if it was not done by then, or the surrounding task was cancelled first.
    func result<Value: Sendable>(
        of work: @escaping @Sendable () async -> Value, by moment: Duration
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await sleep(until: moment)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
