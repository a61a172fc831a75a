package import AuditCore

/// Announces the ends of app passwords before they come, each once, whatever number of servers share the database.
package struct EndAnnouncer: Sendable {
    private let passwords: any EndingPasswords
    private let lastUse: @Sendable (Int64) -> Timestamp?
    private let announce: @Sendable (PasswordEnding) -> Void

    /// Rows that are read at a time.
    private static let pageSize = 200

    /// - Parameters:
    ///   - passwords: Those that may end.
    ///   - lastUse: What is known of a password's last use beyond the log (``LoginRecorder/lastUse(of:)``).
    ///   - announce: Where announcements go.
    package init(
        _ passwords: any EndingPasswords, lastUse: @escaping @Sendable (Int64) -> Timestamp? = { _ in nil },
        announce: @escaping @Sendable (PasswordEnding) -> Void
    ) {
        (self.passwords, self.lastUse, self.announce) = (passwords, lastUse, announce)
    }

    /// Looks at all passwords that may end, and announces what is due.
    ///
    /// - Returns: How many were announced.
    /// - Throws: ``BackendError`` if the database cannot be asked; what was not announced is the next time.
    /// - Complexity: A query for 200 passwords whose end is near, and a statement for each announcement.
    @discardableResult
    package func lookAround() async throws(BackendError) -> Int {
        var (last, count) = (Int64.min, 0)
        while !Task.isCancelled {
            let page = try await passwords.endingPasswords(after: last, limit: Self.pageSize)
            for var password in page {
                password.limits.lastUse = [password.limits.lastUse, lastUse(password.id)].compactMap(\.self).max()
                guard let due = password.dueAnnouncement, let now = password.limits.now,
                    try await passwords.noteAnnouncement(due.mark, of: password.id, after: password.announced)
                else { continue }
                announce(
                    PasswordEnding(
                        time: now, user: password.uid, passwordID: password.id,
                        comment: password.comment.map { String($0.prefix(256)) }, end: due.end,
                        limit: due.limit.rawValue))
                count += 1
            }
            guard page.count == Self.pageSize, let id = page.last?.id else { break }
            last = id
        }
        return count
    }
}
