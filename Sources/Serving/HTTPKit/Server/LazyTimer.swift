internal import NIOCore

/// One deadline that moves with almost every event of a connection.
///
/// Moving it to a later time costs nothing: the timer that is set already fires, finds that it is too early, and is set
/// again. So a busy connection sets one every ten seconds, not three a request. Used on its event loop only.
final class LazyTimer {
    private let loop: any EventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    private var pending: (at: NIODeadline, timer: Scheduled<Void>)?

    /// - Parameter expired: Called when a deadline has passed; keeps what it captures alive until ``stop()``.
    init(_ loop: any EventLoop, expired: @escaping () -> Void) {
        self.loop = loop
        self.expired = expired
    }

    /// Replaces the deadline.
    func set(after duration: Duration) {
        let deadline = NIODeadline.now() + TimeAmount(duration)
        self.deadline = deadline
        if let pending {
            if pending.at <= deadline { return }
            pending.timer.cancel()
        }
        schedule(deadline)
    }

    /// Forgets the deadline.
    func stop() {
        deadline = nil
        pending?.timer.cancel()
        pending = nil
    }

    private func schedule(_ time: NIODeadline) {
        pending = (time, loop.assumeIsolated().scheduleTask(deadline: time) { self.fired() })
    }

    private func fired() {
        pending = nil
        guard let deadline else { return }
        if deadline > .now() {
            schedule(deadline)
        } else {
            self.deadline = nil
            expired()
        }
    }
}
