import AppPasswordCore
import Locks

/// A `log` table that does as it is told: takes rows, refuses them, or takes them and says that it did not.
final class ScriptedLoginLog: LoginLog {
    enum Answer {
        case takes
        case refuses(BackendError.Code)
        case takesAndLies
    }
    struct State {
        var rows: [LoginLogRow] = []
        var answer = Answer.takes
        var refusedPasswords: Set<Int64> = []
        var calls: [(count: Int, mayBeThere: Bool)] = []
        /// Called in the middle of an insert, before and after the rows are there.
        var onInsert: (@Sendable (_ isCommitted: Bool) -> Void)?
    }
    let state = Mutex(State())

    var rows: [LoginLogRow] { state.withLock { $0.rows } }
    func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }

    func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
        let onInsert = state.withLock { $0.onInsert }
        onInsert?(false)
        let error: BackendError? = state.withLock { state in
            state.calls.append((rows.count, mayBeThere))
            if case .refuses(let code) = state.answer { return BackendError("database", code) }
            if rows.contains(where: { state.refusedPasswords.contains($0.passwordID) }) {
                return BackendError("database", .refused)
            }
            for row in rows where !(mayBeThere && state.rows.contains { $0.isSameUse(as: row) }) {
                state.rows.append(row)
            }
            if case .takesAndLies = state.answer { return BackendError("database", .unreachable) }
            return nil
        }
        onInsert?(true)
        if let error { throw error }
    }
}
