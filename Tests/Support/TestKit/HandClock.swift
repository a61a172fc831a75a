import Locks
package import Testing

/// A clock that a test moves by hand; who sleeps by it wakes when it is moved far enough.
package final class HandClock: Clock, Sendable {
    /// Counted from when the clock was made.
    package struct Instant: InstantProtocol {
        package var offset: Duration
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Int: (until: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var nextSleeper = 0
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Makes a clock that stands still.
    package init() {}

    /// The same moment for what takes the system's clock.
    package var instant: ContinuousClock.Instant { start + now.offset }

    package var now: Instant { state.withLock { $0.now } }
    /// How many sleep by it.
    package var sleepers: Int { state.withLock { $0.sleepers.count } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    guard deadline > state.now, !Task.isCancelled else { return true }
                    state.sleepers[id] = (deadline, continuation)
                    return false
                }
                guard isOver else { return }
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits until so many sleep by it at least, so that moving it wakes them; after 30 s of the system's clock the test has
    /// failed.
    package func waitForSleepers(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async {
        await waitUntil({ sleepers >= count }, sourceLocation: sourceLocation)
    }

    /// Moves time.
    package func advance(by duration: Duration) {
        let awake = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let awake = state.sleepers.filter { $0.value.until <= state.now }
            for id in awake.keys { state.sleepers[id] = nil }
            return awake.values.map(\.continuation)
        }
        for continuation in awake { continuation.resume() }
    }
}
