internal import CAres
internal import Glibc
internal import Locks

/// Questions on their way to the thread that asks them, and how many it has under way.
final class QuestionQueue: Sendable {
    private struct State {
        var fresh: [Question] = []
        var underWay = 0
        var isClosed = false
    }
    private let state = Mutex(State())
    private let most: Int
    /// Readable when there is something to do (an eventfd).
    let bell: CInt

    /// - Parameter most: How many questions may wait and be under way together.
    /// - Returns: nil if the process has no descriptor left.
    init?(most: Int) {
        bell = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        self.most = most
        guard bell >= 0 else { return nil }
    }

    deinit { if bell >= 0 { close(bell) } }

    /// Adds a question.
    ///
    /// - Returns: False if there are too many.
    func add(_ question: Question) -> Bool {
        let isTaken = state.withLock { state in
            guard state.underWay < most, !state.isClosed else { return false }
            state.underWay += 1
            state.fresh.append(question)
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    /// Takes the questions added since; nil once the queue is closed.
    func take() -> [Question]? {
        state.withLock { state in
            defer { state.fresh = [] }
            return state.isClosed ? nil : state.fresh
        }
    }

    /// Makes room for another question.
    func done() { state.withLock { $0.underWay -= 1 } }

    /// Ends the thread; what was not taken yet is returned.
    func end() -> [Question] {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.fresh = [] }
            return state.fresh
        }
        ring()
        return left
    }

    /// Silences the bell, before questions are taken.
    func quieten() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(bell, &count)
    }

    private func ring() { eventfd_write(bell, 1) }
}
