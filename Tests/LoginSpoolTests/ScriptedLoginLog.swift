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
        /// Rows of these passwords fail, each in its way.
        var refusals: [Int64: BackendError.Code] = [:]
        var calls: [(count: Int, mayBeThere: Bool)] = []
        /// Whether it cannot even be asked where it ends.
        var isAway = false
        /// Called in the middle of an insert, before and after the rows are there.
        var onInsert: (@Sendable (_ isCommitted: Bool) -> Void)?
    }
    let state = Mutex(State())

    var rows: [LoginLogRow] { state.withLock { $0.rows } }
    func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }

    func position() async throws(BackendError) -> Int64 {
        let (isAway, count) = state.withLock { ($0.isAway, $0.rows.count) }
        guard !isAway else { throw BackendError("database", .unreachable) }
        return Int64(count)
    }

    func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
        try await insert(rows, mayBeThere: mayBeThere, after: .min)
    }

    func insert(_ rows: [LoginLogRow], mayBeThere: Bool, after position: Int64) async throws(BackendError) {
        let onInsert = state.withLock { $0.onInsert }
        onInsert?(false)
        let error: BackendError? = state.withLock { state in
            state.calls.append((rows.count, mayBeThere))
            if case .refuses(let code) = state.answer { return BackendError("database", code) }
            if rows.contains(where: { state.refusedPasswords.contains($0.passwordID) }) {
                return BackendError("database", .refused)
            }
            if let code = rows.compactMap({ state.refusals[$0.passwordID] }).first {
                return BackendError("database", code)
            }
            // Like a table, it does not look further back than it is told to.
            let young = state.rows.dropFirst(Int(clamping: max(0, position)))
            for row in rows where !(mayBeThere && young.contains { $0.isSameUse(as: row) }) {
                state.rows.append(row)
            }
            if case .takesAndLies = state.answer { return BackendError("database", .unreachable) }
            return nil
        }
        onInsert?(true)
        if let error { throw error }
    }
}
