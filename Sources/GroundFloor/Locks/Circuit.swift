/// Says when it is worth asking a server again that failed: back-off with a growing pause.
///
/// While all is well everybody may ask. After a failure nobody may until a pause is over; then one may try, and if that
/// fails the next pause is twice as long. So a silent server costs one caller a timeout for each pause. A server that
/// says no at once (it is being restarted) costs next to nothing to ask, and everybody may go on asking: so the first
/// caller after the restart is served.
package final class Circuit: Sendable {
    private struct State {
        var pause: Duration?
        var nextTry: ContinuousClock.Instant
        var isBeingTried = false
        var lastSuccess: ContinuousClock.Instant?
    }

    private let firstPause: Duration
    private let longestPause: Duration
    private let state: Mutex<State>

    /// Makes a circuit that lets everybody through.
    package init(firstPause: Duration, longestPause: Duration) {
        self.firstPause = firstPause
        self.longestPause = longestPause
        state = Mutex(State(pause: nil, nextTry: .now))
    }

    /// Whether the caller may ask now; of those who come after a pause, one may, the others must wait for its outcome
    /// or for another pause.
    package func admits(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard let pause = state.pause else { return true }
            guard now >= state.nextTry else { return false }
            state.nextTry = now + pause
            state.isBeingTried = true
            return true
        }
    }

    /// Whether all is well as far as is known; asks for nothing.
    package var isClosed: Bool { state.withLock { $0.pause == nil } }

    /// Says that the server answered.
    package func succeeded(at now: ContinuousClock.Instant) {
        state.withLock { $0 = State(pause: nil, nextTry: now, lastSuccess: now) }
    }

    /// Says that the server's host refused the connection; that is a failure only if it took long.
    package func refused(at now: ContinuousClock.Instant, begunAt start: ContinuousClock.Instant) {
        if now - start < Self.promptly { succeeded(at: now) } else { failed(at: now, begunAt: start) }
    }

    /// A caller can wait this long for a no.
    private static let promptly = Duration.milliseconds(20)

    /// Says that the server did not answer.
    ///
    /// Calls from before the pause that fail during it do not make it longer; calls from before the last success
    /// (which hung while the server was in trouble) say nothing about now.
    package func failed(at now: ContinuousClock.Instant, begunAt start: ContinuousClock.Instant) {
        state.withLock { state in
            guard state.pause == nil || state.isBeingTried else { return }
            if let lastSuccess = state.lastSuccess, start < lastSuccess { return }
            let pause = state.pause.map { min($0 * 2, longestPause) } ?? firstPause
            state = State(pause: pause, nextTry: now + pause, lastSuccess: state.lastSuccess)
        }
    }
}
