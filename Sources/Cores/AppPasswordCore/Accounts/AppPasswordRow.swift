public import AuditCore

/// A time as a database holds it.
public enum StoredTime: Sendable, Equatable {
    /// NULL.
    case none
    /// A time.
    case time(Timestamp)
    /// Something that is no time: `0000-00-00 00:00:00`, a number, an empty text.
    case unreadable

    /// Takes what a database holds.
    ///
    /// - Parameters:
    ///   - isNull: Whether it holds nothing.
    ///   - text: nil if it is no text, either.
    public init(isNull: Bool, text: String?) {
        self =
            isNull ? .none : text.flatMap { Timestamp(sqlText: $0) }.map(StoredTime.time) ?? .unreadable
    }

    /// The time; of what is none the beginning of 1970, as for a row that was revoked at no time that can be read.
    package var timestamp: Timestamp? {
        switch self {
        case .none: nil
        case .time(let time): time
        case .unreadable: Timestamp(milliseconds: 0)
        }
    }
}

/// A row of `app_passwords` for those who look for rows that are of no use.
public struct AppPasswordRow: Sendable, Equatable {
    /// The row; a name that is no text is empty, and so is such a hash.
    public var password: AppPassword
    /// When it was made.
    package var created: StoredTime
    /// When it was revoked; anything but ``StoredTime/none`` says that it was.
    package var deleted: StoredTime
    /// When a login with it was last let in, as far as `log` knows.
    package var lastUse: StoredTime
    /// Whether one ever was.
    package var isUsed: Bool { lastUse != .none }

    /// A row as it is stored, with times that may be none.
    public init(
        id: Int64, uid: String, storedHash: String, created: StoredTime, deleted: StoredTime, lastUse: StoredTime,
        limits: StoredLimits? = nil
    ) {
        var time: Timestamp?
        if case .time(let known) = created { time = known }
        password = AppPassword(
            id: id, uid: uid, storedHash: storedHash, isDeleted: deleted != .none, created: time,
            limits: limits)
        (self.created, self.deleted, self.lastUse) = (created, deleted, lastUse)
    }
}
