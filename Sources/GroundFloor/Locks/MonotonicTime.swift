/// A clock whose moments are durations since it was made, so that state can hold them whatever clock is behind it.
package struct MonotonicTime: Sendable {
    /// The time since it was made; never goes back.
    package let now: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void

    /// Reads a clock from now on; tests pass one that they move by hand.
    package init<Base: Clock>(_ clock: Base) where Base.Duration == Duration {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// Sleeps until a moment; throws as soon as the task is cancelled.
    package func sleep(until moment: Duration) async throws { try await sleep(moment) }

    /// Does work that must not go on beyond a moment.
    ///
    /// - Parameter work: Ends at once when it is cancelled; this waits for it.
    /// - Returns: What the work returned; nil if it was not done by then, or the surrounding task was cancelled first.
    package func result<Value: Sendable>(
        of work: @escaping @Sendable () async -> Value, by moment: Duration
    ) async -> Value? {
        await race(work, against: { try? await sleep(until: moment) })
    }
}
