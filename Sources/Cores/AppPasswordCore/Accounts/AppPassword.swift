public import AuditCore

/// A row of `app_passwords`: a secret that one client of an account logs in with.
public struct AppPassword: Sendable, Identifiable, Equatable, CustomReflectable {
    /// The row's id.
    public let id: Int64
    /// The account, as the row spells it. Compare its bytes: Swift's `==` takes `ü` and `u¨` for equal.
    public let uid: String
    /// The hash with its scheme, as `{CRYPT}$6$…`; foreign text, possibly broken, never printed.
    public let storedHash: String
    /// Whether it was revoked and kept (soft-deleted).
    package let isDeleted: Bool
    /// When it was made; ids decide where times are equal or missing.
    package let created: Timestamp?
    /// What limits it; nil: nothing does.
    package let limits: StoredLimits?

    /// An app password as it is stored.
    public init(
        id: Int64, uid: String, storedHash: String, isDeleted: Bool, created: Timestamp?, limits: StoredLimits? = nil
    ) {
        self.id = id
        self.uid = uid
        self.storedHash = storedHash
        self.isDeleted = isDeleted
        self.created = created
        self.limits = limits
    }

    /// Whether its end has come, by the database's clock, or it is suspended, or nobody can tell whether it is.
    ///
    /// - Complexity: Reads its limits, if it has any.
    package var hasEnded: Bool {
        guard let limits else { return false }
        do throws(LimitsError) {
            let times = try limits.times(created: created)
            let limits = try limits.read()
            return limits.suspended != nil || limits.end(times).map { $0 <= times.now } ?? false
        } catch {
            return true
        }
    }

    /// Shows everything but the hash.
    public var customMirror: Mirror { Mirror(self, children: ["id": id, "uid": uid, "isDeleted": isDeleted]) }

    /// Whether this row wins over another that matches the same password: the one not deleted, then the newest. A row
    /// without a time counts as older than any with one; of equal ones the higher id wins.
    public func precedes(_ other: AppPassword) -> Bool {
        if isDeleted != other.isDeleted { return !isDeleted }
        let (mine, theirs) = (created?.milliseconds ?? .min, other.created?.milliseconds ?? .min)
        return mine == theirs ? id > other.id : mine > theirs
    }
}

/// Reads the app passwords of an account.
public protocol AppPasswordStore: Sendable {
    /// Reads all rows, deleted ones too, whose `uid` may be one of the given names.
    ///
    /// The answer may hold more than the rows of those very names (a database that compares without regard to case
    /// returns those of `Alice` for `alice`); the caller keeps those whose bytes are equal. It holds no row twice.
    ///
    /// - Parameter names: Names of one account, at most `Account.mostNames`; passed as parameters, compared with `=` or
    ///   `IN`, never with `LIKE`. One that no row can have takes nothing from the others.
    /// - Throws: ``BackendError`` if the database cannot be asked or does not answer within its timeout.
    /// - Complexity: One round trip.
    func passwords(of names: [String]) async throws(BackendError) -> [AppPassword]

    /// Fixes the place that a password is bound to (``Limits/binding``), unless it is fixed already: of logins that do so at
    /// once, on whatever server, the first one wins.
    ///
    /// - Returns: The place that it is bound to now, as ``BoundPlace`` reads it; nil if it is to be bound to nothing of the kind
    ///   any more.
    /// - Throws: ``BackendError`` if that could not be written down; then the login must not be let in.
    /// - Complexity: Two round trips, once in a password's life.
    func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String?
}

extension AppPasswordStore {
    /// Reads all rows, deleted ones too, whose `uid` may be the given name.
    package func passwords(of login: String) async throws(BackendError) -> [AppPassword] {
        try await passwords(of: [login])
    }

    /// Asks for a name that nobody has: whether the store can be asked, just as a login would ask it.
    ///
    /// - Throws: ``BackendError`` if it cannot.
    public func ping() async throws(BackendError) { _ = try await passwords(of: "") }
}

/// Manages app passwords for the command line.
public protocol AppPasswordAdministration: Sendable {
    /// Adds a row, with its limits if there are any, and returns its id; all or nothing.
    func add(
        uid: String, storedHash: String, comment: String?, created: Timestamp, limits: Limits?
    ) async throws(BackendError) -> Int64
    /// Lists the rows of an account, the newest first, deleted ones too; compares bytes.
    func list(uid: String) async throws(BackendError) -> [AppPasswordSummary]
    /// Changes a comment; false if there is no such row.
    func rename(id: Int64, comment: String?) async throws(BackendError) -> Bool
    /// Marks a row deleted, or removes it with its log rows if `hard`; false if there is no such row (not deleted yet).
    ///
    /// - Parameters:
    ///   - id: The row's number.
    ///   - hard: Whether nothing is to be left of it.
    ///   - time: Since when; nil: now, by the database's clock, which all who share it agree on.
    func revoke(id: Int64, hard: Bool, at time: Timestamp?) async throws(BackendError) -> Bool
    /// Reads the log rows of a password, refused logins too, the newest first; nil if there is no such password.
    func history(id: Int64, limit: Int, offset: Int) async throws(BackendError) -> [LoginLogRow]?
    /// Puts limits in the place of those that a password has; limits that limit nothing take them away. What a login has fixed
    /// stays if the same kind of place is to be fixed, and so does a suspension; and
    /// that its end has been announced is remembered if that stays. Afresh all of this is forgotten, but for a suspension.
    /// False if there is no such password.
    func limit(id: Int64, _ limits: Limits, afresh: Bool) async throws(BackendError) -> Bool
    /// Whether limits of passwords are to be seen: false where there is no table of them, or its right is missing.
    func seesLimits() async throws(BackendError) -> Bool
    /// Has a password refused from the next login on, by the database's clock, until it is released; whatever else limits it
    /// stays. False if there is no such password, or it is suspended already: of those who do so at once the first one is told true.
    func suspend(id: Int64) async throws(BackendError) -> Bool
    /// Ends a suspension; false if there is none.
    func release(id: Int64) async throws(BackendError) -> Bool
    /// Lets the next login fix anew what a password is bound to; false if it is not to be bound.
    func rebind(id: Int64) async throws(BackendError) -> Bool
    /// Reads rows of all accounts in the order of their ids: at most `limit` of those whose id is greater.
    func rows(after id: Int64, limit: Int) async throws(BackendError) -> [AppPasswordRow]
}

extension AppPasswordAdministration {
    /// Puts limits in the place of those that a password has, and keeps what belongs to them.
    public func limit(id: Int64, _ limits: Limits) async throws(BackendError) -> Bool {
        try await limit(id: id, limits, afresh: false)
    }

    /// Adds a row without limits and returns its id.
    public func add(
        uid: String, storedHash: String, comment: String?, created: Timestamp
    ) async throws(BackendError) -> Int64 {
        try await add(uid: uid, storedHash: storedHash, comment: comment, created: created, limits: nil)
    }
}

/// What `app-password list` shows of a row.
public struct AppPasswordSummary: Sendable, Equatable {
    /// The row's id.
    public var id: Int64
    /// The account.
    public var uid: String
    /// What the user called it.
    public var comment: String?
    /// When it was made.
    public var created: Timestamp?
    /// When it was revoked.
    public var deleted: Timestamp?
    /// Its last login that was let in.
    public var lastUsed: LoginLogRow?
    /// What limits it; nil: nothing does.
    public var limits: StoredLimits?

    /// What administrators see of an app password, which is all but its hash.
    public init(
        id: Int64, uid: String, comment: String?, created: Timestamp?, deleted: Timestamp?, lastUsed: LoginLogRow?,
        limits: StoredLimits? = nil
    ) {
        self.id = id
        self.uid = uid
        self.comment = comment
        self.created = created
        self.deleted = deleted
        self.lastUsed = lastUsed
        self.limits = limits
    }
}
