internal import AppPasswordCore
internal import Dispatch
internal import Glibc
internal import Locks

/// Beats in the primary, so that a replica shows how far it is behind: by a row of a node's own that counts upward.
///
/// A replica that shows beat `n` has everything that was committed in the primary before `n` was written, which was after the
/// moment that this process remembers of `n`. So what is known needs nobody's clock but this process's, and holds whatever
/// lies between primary and replica. `Seconds_Behind_Master` would not do: it counts in seconds, needs a right of its own, and stays
/// 0 while a replica does not notice that it hears nothing any more.
///
/// It beats only while somebody reads, on a thread of its own: no login waits for it.
final class Heart: Sendable {
    /// A beat that may have been written, not before this moment.
    private struct Sent {
        let beat: Int64
        let moment: ContinuousClock.Instant
        /// Whether the primary has said that it was.
        var isConfirmed = false
    }

    private struct State {
        var count: Int64 = 0
        var sent: [Sent] = []
        var isUnderWay = false
        var isTidy = false
        var next = ContinuousClock.now
    }

    private let interval: Duration
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "mariadb-heart", qos: .userInitiated)
    private let write: @Sendable (Int64) throws(BackendError) -> Void
    private let tidy: @Sendable () -> Void
    private let troubled: @Sendable (BackendError?) -> Void

    /// Beats that are remembered; those before are older than any lag that is allowed.
    private static let mostBeats = 128
    /// How long it rests where the row could not be written.
    private static let rest = Duration.seconds(1)

    /// - Parameters:
    ///   - interval: Between beats.
    ///   - write: Writes a beat into the primary, and waits for that.
    ///   - tidy: Run once, after the first beat that was written.
    ///   - troubled: Told after each beat why it could not be written; nil: it could.
    init(
        interval: Duration, write: @escaping @Sendable (Int64) throws(BackendError) -> Void,
        tidy: @escaping @Sendable () -> Void = {}, troubled: @escaping @Sendable (BackendError?) -> Void = { _ in }
    ) {
        (self.interval, self.write, self.tidy, self.troubled) = (interval, write, tidy, troubled)
    }

    /// Beats, if it is time to; does not wait.
    func beatIfDue(at now: ContinuousClock.Instant) {
        let isDue = state.withLock { state in
            guard !state.isUnderWay, now >= state.next else { return false }
            state.isUnderWay = true
            return true
        }
        if isDue { thread.async { self.beat() } }
    }

    /// Beats now, and waits for it: for who wants to know whether it can.
    ///
    /// - Returns: The beat, and when it was sent.
    func beatNow() async throws(BackendError) -> (beat: Int64, moment: ContinuousClock.Instant) {
        let result = await withCheckedContinuation { continuation in
            thread.async { continuation.resume(returning: self.beat()) }
        }
        return try result.get()
    }

    /// Whether a replica that is not behind at all can show so.
    func isBeating(within lag: Duration, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in state.sent.last { $0.isConfirmed }.map { now - $0.moment <= lag } ?? false }
    }

    /// How far who shows this beat is behind at most; nil: that cannot be told.
    ///
    /// One that the primary has not confirmed tells it as well: whoever shows it proves that it was written. Replicas may be
    /// faster than the confirmation (Galera, semi-synchronous ones), and that may be lost.
    func lag(of beat: Int64, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { state in state.sent.last { $0.beat == beat }.map { now - $0.moment } }
    }

    @discardableResult private func beat() -> Result<(beat: Int64, moment: ContinuousClock.Instant), BackendError> {
        // A write to a socket that the server has closed must not end the process.
        var signals = sigset_t()
        _ = unsafe sigemptyset(&signals)
        _ = unsafe sigaddset(&signals, SIGPIPE)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let start = ContinuousClock.now
        let beat = state.withLock { state in
            state.count += 1
            state.sent.append(Sent(beat: state.count, moment: start))
            if state.sent.count > Self.mostBeats { state.sent.removeFirst() }
            return state.count
        }
        var trouble: BackendError?
        do throws(BackendError) { try write(beat) } catch { trouble = error }
        let isFirst = state.withLock { state in
            state.isUnderWay = false
            state.next = trouble == nil ? start + interval : .now + Self.rest
            guard trouble == nil else { return false }
            // The beats of one thread: it is the last.
            state.sent[state.sent.count - 1].isConfirmed = true
            defer { state.isTidy = true }
            return !state.isTidy
        }
        troubled(trouble)
        if isFirst { thread.async { self.tidy() } }
        return trouble.map { .failure($0) } ?? .success((beat, start))
    }
}
