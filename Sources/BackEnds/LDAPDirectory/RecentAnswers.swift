internal import Locks

/// Answers of the directory, for a while; the oldest go when it is full.
final class RecentAnswers<Answer: Sendable>: Sendable {
    private struct State {
        var answers: [[UInt8]: (answer: Answer, until: ContinuousClock.Instant)] = [:]
        /// Keys in the order they came, those before `head` gone.
        var order: [[UInt8]] = []
        var head = 0
    }

    private let lifetime: Duration
    private let limit: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(lifetime: Duration, limit: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        (self.lifetime, self.limit, self.now) = (lifetime, max(1, limit), now)
    }

    /// The answer for a name; names are told apart by their bytes.
    subscript(name: String) -> Answer? {
        let (key, now) = (Array(name.utf8), now())
        return state.withLock { state in
            guard let known = state.answers[key], now < known.until else { return nil }
            return known.answer
        }
    }

    /// Remembers an answer.
    func store(_ answer: Answer, for name: String) {
        let (key, until) = (Array(name.utf8), now() + lifetime)
        state.withLock { state in
            if state.answers.updateValue((answer, until), forKey: key) == nil { state.order.append(key) }
            while state.answers.count > limit {
                state.answers[state.order[state.head]] = nil
                state.head += 1
            }
            if state.head > limit {
                state.order.removeFirst(state.head)
                state.head = 0
            }
        }
    }
}
