internal import Locks

/// One call on its way through the lanes; answered once, by whichever comes first: its lane or its deadline.
final class LaneCall<Connection>: Sendable {
    let deadline: ContinuousClock.Instant
    private let work: Mutex<Work?>

    private struct Work {
        let run: @Sendable (Connection) -> @Sendable () -> Void
        let refuse: @Sendable (LaneRefusal) -> Void
    }

    /// - Parameters:
    ///   - run: Does the job and returns what delivers its answer.
    ///   - refuse: Delivers a refusal.
    init(
        deadline: ContinuousClock.Instant, run: @escaping @Sendable (Connection) -> @Sendable () -> Void,
        refuse: @escaping @Sendable (LaneRefusal) -> Void
    ) {
        self.deadline = deadline
        work = Mutex(Work(run: run, refuse: refuse))
    }

    /// Whether it was answered.
    var isAnswered: Bool { work.withLock { $0 == nil } }

    /// Runs the job, unless the deadline has passed, and delivers its answer unless a refusal was faster.
    func run(with connection: Connection) {
        guard let run = work.withLock({ $0?.run }) else { return }
        guard ContinuousClock.now < deadline else { return refuse(.timedOut) }
        let deliver = run(connection)
        if take() != nil { deliver() }
    }

    /// Delivers a refusal, unless it was answered already.
    func refuse(_ reason: LaneRefusal) { take()?.refuse(reason) }

    private func take() -> Work? {
        work.withLock { work in
            let taken = work
            work = nil
            return taken
        }
    }
}
