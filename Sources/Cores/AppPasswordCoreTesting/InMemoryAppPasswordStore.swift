public import AppPasswordCore
public import AuditCore
import Locks

/// App passwords and their log in memory.
public final class InMemoryAppPasswordStore: AppPasswordStore, LoginLog {
    private struct Entry {
        var row: AppPassword
        var comment: String?
        var deleted: Timestamp?
        var announced: String?

        /// The row as it is read: with the time, and its last use where that counts.
        func row(_ now: Timestamp, _ log: [LoginLogRow]) -> AppPassword {
            guard let columns = row.limits?.columns else { return row }
            let uses = log.filter { $0.passwordID == row.id && $0.refusal == nil }.map(\.time)
            return row.limited(
                StoredLimits(columns: columns, now: now, lastUse: columns[6] == nil ? nil : uses.max()))
        }

        mutating func limit(_ columns: [String?]?) {
            row = row.limited(columns.map { StoredLimits(columns: $0, now: nil, lastUse: nil) })
        }
    }
    private struct State {
        var entries: [Entry] = []
        var log: [LoginLogRow] = []
        var now = Timestamp(milliseconds: 0)
    }
    private let state = Mutex(State())

    /// Makes a store that holds the given rows.
    public init(_ rows: [AppPassword] = []) { state.withLock { $0.entries = rows.map { Entry(row: $0) } } }

    /// The time that limits are judged by.
    package var now: Timestamp {
        get { state.withLock { $0.now } }
        set { state.withLock { $0.now = newValue } }
    }

    /// The log so far.
    public var log: [LoginLogRow] { state.withLock { $0.log } }

    /// Adds a row.
    package func add(_ row: AppPassword) { state.withLock { $0.entries.append(Entry(row: row)) } }

    /// Returns the rows whose name has the same bytes as one of these.
    public func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
        state.withLock { state in
            state.entries.map { $0.row(state.now, state.log) }
                .filter { row in names.contains { row.uid.utf8.elementsEqual($0.utf8) } }
        }
    }

    /// Fixes a place, if there is none.
    public func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }),
                var columns = state.entries[index].row.limits?.columns, columns[7] == place.binding.rawValue
            else { return nil }
            columns[8] = columns[8] ?? place.description
            state.entries[index].limit(columns)
            return columns[8]
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
        uid: String, storedHash: String, comment: String?, created: Timestamp, limits: Limits?
    ) async throws(BackendError) -> Int64 {
        let id: Int64? = state.withLock { state in
            let isTaken = state.entries.contains {
                $0.row.uid.utf8.elementsEqual(uid.utf8) && $0.row.storedHash == storedHash
            }
            guard !isTaken else { return nil }
            let id = (state.entries.map(\.row.id).max() ?? 0) + 1
            let row = AppPassword(id: id, uid: uid, storedHash: storedHash, isDeleted: false, created: created)
            var entry = Entry(row: row, comment: comment)
            if let limits, !limits.isEmpty { entry.limit(StoredLimits.columns(of: limits)) }
            state.entries.append(entry)
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
                        deleted: entry.deleted,
                        lastUsed: Self.newestFirst(state.log, of: entry.row.id).first { $0.refusal == nil },
                        limits: entry.row(state.now, state.log).limits)
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
    public func revoke(id: Int64, hard: Bool, at time: Timestamp?) async throws(BackendError) -> Bool {
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
                id: row.id, uid: row.uid, storedHash: row.storedHash, isDeleted: true, created: row.created,
                limits: row.limits)
            state.entries[index].deleted = time ?? state.now
            return true
        }
    }

    /// Changes the limits of a row.
    public func limit(id: Int64, _ limits: Limits, afresh: Bool) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }) else { return false }
            var columns = limits.isEmpty ? nil : StoredLimits.columns(of: limits)
            let suspended = state.entries[index].row.limits?.columns[12]
            if suspended != nil {
                columns = columns ?? Array(repeating: nil, count: StoredLimits.columnNames.count)
            }
            columns?[12] = suspended ?? nil
            let old = state.entries[index].row.limits?.columns
            if afresh || columns == nil || [4, 5, 6].contains(where: { old?[$0] != columns?[$0] }) {
                state.entries[index].announced = nil
            }
            if !afresh, let old, let kind = columns?[7], old[7] == kind {
                columns?[8] = old[8]
            }
            state.entries[index].limit(columns)
            return true
        }
    }

    /// Suspends a row's password.
    public func suspend(id: Int64) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }) else { return false }
            var columns =
                state.entries[index].row.limits?.columns
                ?? Array(repeating: nil, count: StoredLimits.columnNames.count)
            guard columns[12] == nil else { return false }
            columns[12] = state.now.sqlText
            state.entries[index].limit(columns)
            return true
        }
    }

    /// They always are.
    public func seesLimits() async throws(BackendError) -> Bool { true }

    /// Releases it.
    public func release(id: Int64) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }),
                var columns = state.entries[index].row.limits?.columns, columns[12] != nil
            else { return false }
            columns[12] = nil
            state.entries[index].limit(columns)
            return true
        }
    }

    /// Forgets the place that a row is bound to.
    public func rebind(id: Int64) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id }),
                var columns = state.entries[index].row.limits?.columns, columns[7] != nil
            else { return false }
            columns[8] = nil
            state.entries[index].limit(columns)
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
            state.entries.filter { $0.row.id > id }.sorted { $0.row.id < $1.row.id }.prefix(max(0, limit)).map {
                entry in
                let deleted = entry.deleted.map(StoredTime.time) ?? (entry.row.isDeleted ? .unreadable : .none)
                return AppPasswordRow(
                    id: entry.row.id, uid: entry.row.uid, storedHash: entry.row.storedHash,
                    created: entry.row.created.map(StoredTime.time) ?? .none, deleted: deleted,
                    lastUse: state.log.filter { $0.passwordID == entry.row.id && $0.refusal == nil }.map(\.time).max()
                        .map(StoredTime.time) ?? .none,
                    limits: entry.row(state.now, state.log).limits)
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

extension InMemoryAppPasswordStore: EndingPasswords {
    /// Reads passwords that may end soon.
    package func endingPasswords(after id: Int64, limit: Int) async throws(BackendError) -> [EndingPassword] {
        state.withLock { state in
            let found = state.entries.filter { $0.row.id > id && !$0.row.isDeleted }.sorted { $0.row.id < $1.row.id }
            let ending = found.compactMap { entry -> EndingPassword? in
                let row = entry.row(state.now, state.log)
                guard let limits = row.limits, (limits.columns[5] ?? limits.columns[6]) != nil else { return nil }
                return EndingPassword(
                    id: row.id, uid: row.uid, comment: entry.comment, created: row.created, limits: limits,
                    announced: entry.announced)
            }
            return Array(ending.prefix(max(0, limit)))
        }
    }

    /// Notes an announcement.
    package func noteAnnouncement(
        _ mark: String, of id: Int64, after old: String?
    ) async throws(BackendError) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.row.id == id && $0.row.limits != nil }),
                state.entries[index].announced == old
            else { return false }
            state.entries[index].announced = mark
            return true
        }
    }
}

extension AppPassword {
    fileprivate func limited(_ limits: StoredLimits?) -> AppPassword {
        AppPassword(
            id: id, uid: uid, storedHash: storedHash, isDeleted: isDeleted, created: created, limits: limits)
    }
}

extension InMemoryAppPasswordStore: EndedPasswords {
    /// Looks for passwords that have ended.
    package func ended(since moment: Timestamp?, among ids: [Int64]) async throws(BackendError) -> EndedAnswer {
        state.withLock { state in
            let since = moment ?? state.now.advanced(by: .seconds(-3600))
            var ended: [EndedPassword] = []
            for entry in state.entries {
                let (id, user) = (entry.row.id, entry.row.uid)
                if entry.row.isDeleted {
                    guard let time = entry.deleted, time >= since else { continue }
                    ended.append(EndedPassword(id: id, user: user, reason: .revoked, time: time))
                    continue
                }
                guard let columns = entry.row.limits?.columns else { continue }
                let isInReach = { (time: Timestamp) in since <= time || ids.contains(id) }
                if let time = columns[5].flatMap({ Timestamp(sqlText: $0) }), time <= state.now, isInReach(time) {
                    ended.append(EndedPassword(id: id, user: user, reason: .expired, time: time))
                }
                if let time = columns[12].flatMap({ Timestamp(sqlText: $0) }), isInReach(time) {
                    ended.append(EndedPassword(id: id, user: user, reason: .suspended, time: time))
                }
            }
            let present = state.entries.filter { !$0.row.isDeleted && ids.contains($0.row.id) }.map(\.row.id)
            return EndedAnswer(now: state.now, ended: ended, present: Set(present))
        }
    }

    /// Counts passwords.
    package func counts() async throws(BackendError) -> PasswordCounts {
        state.withLock { state in
            var counts: [PasswordCounts.State: Int] = [:]
            for entry in state.entries {
                let columns = entry.row.limits?.columns
                func time(_ column: Int) -> Timestamp? { columns?[column].flatMap { Timestamp(sqlText: $0) } }
                let counted: PasswordCounts.State =
                    if entry.row.isDeleted {
                        .revoked
                    } else if time(12) != nil {
                        .suspended
                    } else if let end = time(5), end <= state.now {
                        .expired
                    } else if let start = time(4), start > state.now {
                        .notYet
                    } else {
                        .active
                    }
                counts[counted, default: 0] += 1
            }
            return PasswordCounts(counts)
        }
    }
}
