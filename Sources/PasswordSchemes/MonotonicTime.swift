/// Time that never goes back, counted from when this was made, and a way to wait for it.
public struct MonotonicTime: Sendable {
    /// How long ago this was made.
    let now: @Sendable () -> Duration
    /// Waits, or throws when the task is cancelled.
    let sleep: @Sendable (Duration) async throws -> Void

    /// Reads a clock; tests pass one that they move by hand.
    public init(_ clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(for: $0) }
    }
}
