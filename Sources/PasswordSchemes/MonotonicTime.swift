/// Time that never goes back, counted from when this was made.
public struct MonotonicTime: Sendable {
    /// How long ago this was made.
    let now: @Sendable () -> Duration

    /// Reads a clock; tests pass one that they move by hand.
    public init(_ clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
    }
}
