internal import Locks

/// One call on its way through the lanes; answered once, by whichever comes first: its lane or its deadline.
final class LaneCall<Connection>: Sendable {
    let deadline: ContinuousClock.Instant
    private let work: Mutex<Work?>

    /// How a job came out, with what delivers its answer.
    enum Outcome {
        case done(deliver: @Sendable () -> Void)
        /// It could not be done on this lane; the answer is for want of another.
        case elsewhere(deliver: @Sendable () -> Void)
    }

    private struct Work {
        let run: @Sendable (Connection) -> Outcome
        let refuse: @Sendable (LaneRefusal) -> Void
    }

    /// - Parameters:
    ///   - run: Does the job.
    ///   - refuse: Delivers a refusal.
    init(
        deadline: ContinuousClock.Instant, run: @escaping @Sendable (Connection) -> Outcome,
        refuse: @escaping @Sendable (LaneRefusal) -> Void
    ) {
        self.deadline = deadline
        work = Mutex(Work(run: run, refuse: refuse))
    }

    /// Whether it was answered.
    var isAnswered: Bool { work.withLock { $0 == nil } }

    /// Runs the job, unless the deadline has passed, and delivers its answer unless a refusal was faster.
    ///
    /// - Returns: What delivers the answer if the job belongs on another lane and there is none; nil if it was answered.
    func run(with connection: Connection) -> (@Sendable () -> Void)? {
        guard let run = work.withLock({ $0?.run }) else { return nil }
        guard ContinuousClock.now < deadline else {
            refuse(.timedOut)
            return nil
        }
        switch run(connection) {
        case .done(let deliver):
            answer(deliver)
            return nil
        case .elsewhere(let deliver): return deliver
        }
    }

    /// Delivers an answer, unless a refusal was faster.
    func answer(_ deliver: @Sendable () -> Void) {
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
