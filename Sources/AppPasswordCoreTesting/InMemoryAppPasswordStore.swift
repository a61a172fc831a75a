public import AppPasswordCore
import Synchronization

/// App passwords and their log in memory.
public final class InMemoryAppPasswordStore: AppPasswordStore, LoginLog {
    private struct State {
        var rows: [AppPassword] = []
        var log: [LoginLogRow] = []
    }
    private let state = Mutex(State())

    /// Makes a store that holds the given rows.
    public init(_ rows: [AppPassword] = []) { state.withLock { $0.rows = rows } }

    /// The log so far.
    public var log: [LoginLogRow] { state.withLock { $0.log } }

    /// Adds a row.
    public func add(_ row: AppPassword) { state.withLock { $0.rows.append(row) } }

    /// Returns the rows whose name has the same bytes.
    public func passwords(of login: String) async throws(BackendError) -> [AppPassword] {
        state.withLock { $0.rows.filter { $0.uid.utf8.elementsEqual(login.utf8) } }
    }

    /// Appends the rows, those that are there already only if `mayBeThere` is false.
    public func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
        state.withLock { state in
            for row in rows where !(mayBeThere && state.log.contains(where: { $0.isSameUse(as: row) })) {
                state.log.append(row)
            }
        }
    }
}
