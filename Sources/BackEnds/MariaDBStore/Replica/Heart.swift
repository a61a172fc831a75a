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
/// It beats only while somebody reads, on a thread and a connection of its own: no login waits for it.
final class Heart: Sendable {
    private struct State {
        var count: Int64 = 0
        var sent: [(beat: Int64, moment: ContinuousClock.Instant)] = []
        var isUnderWay = false
        var isTidy = false
        var next = ContinuousClock.now
    }

    /// Names this process's row.
    let node = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    private let interval: Duration
    private let timeout: Duration
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "mariadb-heart", qos: .userInitiated)
    /// Used on the thread alone.
    private let connection: Mutex<MariaDBConnection>
    private let troubled: @Sendable (String?) -> Void

    /// Beats that are remembered; those before are older than any lag that is allowed.
    private static let mostBeats = 64
    /// How long it rests where the row could not be written.
    private static let rest = Duration.seconds(5)

    /// - Parameters:
    ///   - interval: Between beats.
    ///   - timeout: What one beat may take.
    ///   - troubled: Told why the row could not be written; nil: it could.
    init(
        interval: Duration, timeout: Duration, _ connection: sending MariaDBConnection,
        troubled: @escaping @Sendable (String?) -> Void
    ) {
        (self.interval, self.timeout, self.troubled) = (interval, timeout, troubled)
        self.connection = Mutex(connection)
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
        state.withLock { state in state.sent.last.map { now - $0.moment <= lag } ?? false }
    }

    /// How far who shows this beat is behind at most; nil: that cannot be told.
    func lag(of beat: Int64, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { state in state.sent.last { $0.beat == beat }.map { now - $0.moment } }
    }

    /// The beat that a replica shows; nil: none of ours.
    func beat(shownTo connection: MariaDBConnection) throws(SQLError) -> Int64? {
        try connection.select("SELECT beat FROM web_auth_heartbeat WHERE node = ?", [.text(node)]) { $0.integer(0) }
            .first
    }

    @discardableResult private func beat() -> Result<(beat: Int64, moment: ContinuousClock.Instant), BackendError> {
        // A write to a socket that the server has closed must not end the process.
        var signals = sigset_t()
        _ = unsafe sigemptyset(&signals)
        _ = unsafe sigaddset(&signals, SIGPIPE)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let start = ContinuousClock.now
        let (beat, isTidy) = state.withLock { state in
            state.count += 1
            return (state.count, state.isTidy)
        }
        var trouble: BackendError?
        do throws(BackendError) {
            try connection.withLock { (connection) throws(BackendError) in
                try connection.perform(by: start + timeout, for: .changes) { connection throws(SQLError) in
                    // What the primary has of limits is known before a replica is believed that may not read them.
                    _ = try connection.tables()
                    if !isTidy {
                        _ = try connection.change(
                            "DELETE FROM web_auth_heartbeat WHERE at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY", [])
                    }
                    _ = try connection.change(
                        """
                        INSERT INTO web_auth_heartbeat (node, beat, at) VALUES (?, ?, UTC_TIMESTAMP(3)) \
                        ON DUPLICATE KEY UPDATE beat = VALUES(beat), at = VALUES(at)
                        """, [.text(node), .integer(beat)])
                }
            }
        } catch {
            trouble = error
        }
        state.withLock { state in
            state.isUnderWay = false
            state.next = trouble == nil ? start + interval : .now + Self.rest
            guard trouble == nil else { return }
            state.isTidy = true
            state.sent.append((beat, start))
            if state.sent.count > Self.mostBeats { state.sent.removeFirst() }
        }
        troubled(trouble?.debugDescription)
        return trouble.map { .failure($0) } ?? .success((beat, start))
    }
}
