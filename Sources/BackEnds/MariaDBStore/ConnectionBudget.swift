internal import Locks

/// How many connections for logins the server lets us have at a time, as far as is known.
///
/// A limit of the server's (`MAX_USER_CONNECTIONS`, `max_connections`) is found when it refuses one more: from then on
/// those that are open are used, and now and then one more is tried.
final class ConnectionBudget: Sendable {
    private struct State {
        var open = 0
        /// nil: as many as we want.
        var limit: Int?
        /// When one more than the limit may be tried.
        var nextTry = ContinuousClock.now
    }

    private let most: Int
    private let retry: Duration
    private let notice: @Sendable (MariaDBNotice) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: As many as we want.
    ///   - retry: How long until one more than the limit is tried.
    ///   - notice: Told when the limit is found and when it is gone.
    init(most: Int, retry: Duration, notice: @escaping @Sendable (MariaDBNotice) -> Void) {
        (self.most, self.retry, self.notice) = (most, retry, notice)
    }

    /// Whether one more may be asked for; the first always.
    var mayOpen: Bool { state.withLock { Self.mayOpen($0) } }

    /// Takes the right to ask for one more.
    func admits() -> Bool {
        state.withLock { state in
            guard Self.mayOpen(state) else { return false }
            if let limit = state.limit, state.open >= limit { state.nextTry = .now + retry }
            return true
        }
    }

    /// Says that one more was had.
    func opened() {
        let isAllAgain = state.withLock { state in
            state.open += 1
            guard let limit = state.limit, state.open > limit else { return false }
            state.limit = state.open < most ? state.open : nil
            state.nextTry = .now
            return state.limit == nil
        }
        if isAllAgain { notice(.enoughConnections(most)) }
    }

    /// Says that one was closed.
    func closed() { state.withLock { $0.open -= 1 } }

    /// Says that the server refused one more, in its own words.
    func refused(_ detail: String) { shrink(by: 0, detail) }

    /// Says that the server refused the connection that writes the log, which has to have one: logins make do with one less.
    func refusedToWriter(_ detail: String) { shrink(by: 1, detail) }

    /// Whether there are more than the server has for us, so that one that has nothing to do shall be closed.
    var isExceeded: Bool {
        state.withLock { state in state.limit.map { state.open > $0 } ?? false }
    }

    private func shrink(by fewer: Int, _ detail: String) {
        let found = state.withLock { state -> Int? in
            let isNew = state.limit == nil
            state.limit = max(1, state.open - fewer)
            state.nextTry = .now + retry
            return isNew ? state.limit : nil
        }
        if let found { notice(.fewerConnections(found, of: most, detail: detail)) }
    }

    private static func mayOpen(_ state: State) -> Bool {
        guard let limit = state.limit, state.open > 0 else { return true }
        return state.open < limit || ContinuousClock.now >= state.nextTry
    }
}
