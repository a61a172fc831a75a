public import AuditCore

/// A row of the `log` table: one use of an app password.
public struct LoginLogRow: Sendable, Hashable, Codable {
    /// The app password (`pwid`).
    public var passwordID: Int64
    /// The service; cut to 255 bytes at a character's boundary when it is stored.
    public var service: String
    /// The client's address in canonical text (`src_ip`); nil for a local login.
    public var sourceAddress: String?
    /// Its PTR name (`src_rdns`).
    public var sourceName: String?
    /// Where it is (`src_loc`): `[postal ]city, SUBDIV, Country`.
    public var sourceLocation: String?
    /// Whose network it is (`src_isp`).
    public var sourceISP: String?
    /// The login's own time.
    public var time: Timestamp
    /// Why it was refused (`result`), as `LoginRow.refusal` names it; nil if it was let in: only then it is a use.
    public var refusal: String?

    /// One use of an app password; what is not known is nil.
    public init(
        passwordID: Int64, service: String, sourceAddress: String?, sourceName: String? = nil,
        sourceLocation: String? = nil, sourceISP: String? = nil, time: Timestamp, refusal: String? = nil
    ) {
        self.passwordID = passwordID
        self.service = service
        self.sourceAddress = sourceAddress
        self.sourceName = sourceName
        self.sourceLocation = sourceLocation
        self.sourceISP = sourceISP
        self.time = time
        self.refusal = refusal
    }
}

/// Writes rows of the `log` table.
public protocol LoginLog: Sendable {
    /// Writes rows in one transaction: all or none.
    ///
    /// A row whose app password is gone (removed between login and writing) is left out; that is no error. So is one of a
    /// refused login where the table cannot tell it from a use. Rows are stored as ``LoginLogRow/stored`` says.
    ///
    /// - Parameters:
    ///   - rows: At most a few hundred.
    ///   - mayBeThere: Whether an earlier, interrupted call may have written some of them already: then each is
    ///     looked for by password, time, address and service first, and written only if it is missing.
    /// - Throws: ``BackendError``; then none was written, or (connection lost) it is not known.
    func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError)

    /// Writes rows as ``insert(_:mayBeThere:)`` does, and looks no further back for those that may be there.
    ///
    /// - Parameters:
    ///   - rows: At most a few hundred.
    ///   - mayBeThere: Whether an earlier, interrupted call may have written some of them already.
    ///   - position: What ``position()`` was, at some time before the interrupted call.
    func insert(_ rows: [LoginLogRow], mayBeThere: Bool, after position: Int64) async throws(BackendError)

    /// Where the log ends now: rows written later stand after it. `Int64.min` of a log that finds rows as fast without.
    ///
    /// - Throws: ``BackendError`` if the log cannot be reached; then it would take no rows just now, either.
    func position() async throws(BackendError) -> Int64
}

extension LoginLog {
    /// Looks everywhere.
    public func insert(_ rows: [LoginLogRow], mayBeThere: Bool, after position: Int64) async throws(BackendError) {
        try await insert(rows, mayBeThere: mayBeThere)
    }

    /// `Int64.min`.
    public func position() async throws(BackendError) -> Int64 { .min }
}

/// Records uses of app passwords for the life of the process; never fails a login, never waits for a database.
public protocol LoginRecorder: Sendable {
    /// Takes a use down durably (against a crash of the process) and returns a ticket for facts that come later.
    func record(_ row: LoginLogRow) async -> LoginTicket
    /// Says that the facts of a recorded use are now complete, or as complete as they will be.
    ///
    /// - Complexity: As ``record(_:)``, but never waits: it may be called from anywhere.
    func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?)
    /// When a login with a password was last let in, as far as the recorder remembers: the log may not have it yet.
    ///
    /// - Complexity: O(1), waits for nobody.
    func lastUse(of passwordID: Int64) -> Timestamp?
}

extension LoginRecorder {
    /// Remembers none.
    public func lastUse(of passwordID: Int64) -> Timestamp? { nil }
}

/// Names a recorded use until its facts are complete.
public struct LoginTicket: Sendable, Hashable {
    /// The number of the record in its spool.
    package let number: UInt64
    /// What a recorder knows a row by.
    public init(number: UInt64) { self.number = number }
}

extension LoginLogRow {
    /// Whether both rows are of the same use: equal password, time, address and service.
    package func isSameUse(as other: LoginLogRow) -> Bool {
        passwordID == other.passwordID && time == other.time && sourceAddress == other.sourceAddress
            && service == other.service
    }

    /// The row as the table takes it: a service of more than 255 bytes is cut there, at a character's boundary, and what
    /// the refusal is called at 32.
    public var stored: LoginLogRow {
        guard service.utf8.count > 255 || (refusal?.utf8.count ?? 0) > 32 else { return self }
        var row = self
        row.service = service.prefix(utf8Count: 255)
        row.refusal = refusal?.prefix(utf8Count: 32)
        return row
    }
}

extension String {
    /// As many whole Unicode scalars from the start as fit into `count` bytes of UTF-8.
    package func prefix(utf8Count count: Int) -> String {
        guard utf8.count > count else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: count)
        while UTF8.isContinuation(utf8[end]) { end = utf8.index(before: end) }
        return String(decoding: utf8[..<end], as: UTF8.self)
    }
}
