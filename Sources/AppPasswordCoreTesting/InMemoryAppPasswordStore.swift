public import AppPasswordCore
public import AuditCore
import Locks

/// App passwords and their log in memory.
public final class InMemoryAppPasswordStore: AppPasswordStore, LoginLog {
    private struct Entry {
        var row: AppPassword
        var comment: String?
        var deleted: Timestamp?
    }
    private struct State {
        var entries: [Entry] = []
        var log: [LoginLogRow] = []
    }
    private let state = Mutex(State())

    /// Makes a store that holds the given rows.
    public init(_ rows: [AppPassword] = []) { state.withLock { $0.entries = rows.map { Entry(row: $0) } } }

    /// The log so far.
    public var log: [LoginLogRow] { state.withLock { $0.log } }

    /// Adds a row.
    public func add(_ row: AppPassword) { state.withLock { $0.entries.append(Entry(row: row)) } }

    /// Returns the rows whose name has the same bytes as one of these.
    public func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
        state.withLock { state in
            state.entries.map(\.row).filter { row in names.contains { row.uid.utf8.elementsEqual($0.utf8) } }
        }
    }

    /// Appends the rows of passwords that are there, those that are logged already only if `mayBeThere` is false.
    public func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
        state.withLock { state in
            for row in rows.map(\.stored) where state.entries.contains(where: { $0.row.id == row.passwordID }) {
                if !(mayBeThere && state.log.contains(where: { $0.isSameUse(as: row) })) { state.log.append(row) }
            }
        }
    }
}

extension InMemoryAppPasswordStore: AppPasswordAdministration {
    /// Adds a row with the next id; refuses a second row of the same name and hash.
    public func add(
        uid: String, storedHash: String, comment: String?, created: Timestamp
    ) async throws(BackendError) -> Int64 {
        let id: Int64? = state.withLock { state in
            let isTaken = state.entries.contains {
                $0.row.uid.utf8.elementsEqual(uid.utf8) && $0.row.storedHash == storedHash
            }
            guard !isTaken else { return nil }
            let id = (state.entries.map(\.row.id).max() ?? 0) + 1
            let row = AppPassword(id: id, uid: uid, storedHash: storedHash, isDeleted: false, created: created)
            state.entries.append(Entry(row: row, comment: comment))
            return id
        }
        guard let id else { throw BackendError("database", .refused, detail: "there is such a row already") }
        return id
    }

    /// Lists the rows of an account, the newest first.
    public func list(uid: String) async throws(BackendError) -> [AppPasswordSummary] {
        state.withLock { state in
            state.entries.filter { $0.row.uid.utf8.elementsEqual(uid.utf8) }
                .sorted { one, other in
                    (one.row.created?.milliseconds ?? .min, one.row.id)
                        > (other.row.created?.milliseconds ?? .min, other.row.id)
                }
                .map { entry in
                    AppPasswordSummary(
                        id: entry.row.id, uid: entry.row.uid, comment: entry.comment, created: entry.row.created,
                        deleted: entry.deleted, lastUsed: Self.newestFirst(state.log, of: entry.row.id).first { $0.refusal == nil })
                }
        }
    }

    /// Changes a comment; false if there is no such row.
    public func rename(id: Int64, comment: String?) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }) else { return false }
            state.entries[index].comment = comment
            return true
        }
    }

    /// Marks a row deleted, or removes it with its log rows.
    public func revoke(id: Int64, hard: Bool, at time: Timestamp) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }) else { return false }
            if hard {
                state.entries.remove(at: index)
                state.log.removeAll { $0.passwordID == id }
                return true
            }
            let row = state.entries[index].row
            guard !row.isDeleted else { return false }
            state.entries[index].row = AppPassword(
                id: row.id, uid: row.uid, storedHash: row.storedHash, isDeleted: true, created: row.created)
            state.entries[index].deleted = time
            return true
        }
    }

    /// Reads the log rows of a password, the newest first; nil if there is no such password.
    public func history(id: Int64, limit: Int, offset: Int) async throws(BackendError) -> [LoginLogRow]? {
        state.withLock { state in
            guard state.entries.contains(where: { $0.row.id == id }) else { return nil }
            return Array(Self.newestFirst(state.log, of: id).dropFirst(max(0, offset)).prefix(max(0, limit)))
        }
    }

    /// Reads rows of all accounts in the order of their ids.
    public func rows(after id: Int64, limit: Int) async throws(BackendError) -> [AppPasswordRow] {
        state.withLock { state in
            state.entries.filter { $0.row.id > id }.sorted { $0.row.id < $1.row.id }.prefix(max(0, limit)).map { entry in
                let deleted = entry.deleted.map(StoredTime.time) ?? (entry.row.isDeleted ? .unreadable : .none)
                return AppPasswordRow(
                    id: entry.row.id, uid: entry.row.uid, storedHash: entry.row.storedHash,
                    created: entry.row.created.map(StoredTime.time) ?? .none, deleted: deleted,
                    isUsed: state.log.contains { $0.passwordID == entry.row.id && $0.refusal == nil })
            }
        }
    }

    /// Of equal times the one written last comes first.
    private static func newestFirst(_ log: [LoginLogRow], of id: Int64) -> [LoginLogRow] {
        log.filter { $0.passwordID == id }.enumerated()
            .sorted { ($0.element.time.milliseconds, $0.offset) > ($1.element.time.milliseconds, $1.offset) }
            .map(\.element)
    }
}
