package import AuditCore

/// Knows which app passwords end, and which ends have been announced.
package protocol EndingPasswords: Sendable {
    /// Reads passwords that may end within 15 days and are not revoked, in the order of their ids: at most `limit` of those
    /// whose id is greater.
    ///
    /// - Throws: ``BackendError`` if the database cannot be asked or does not answer within its timeout.
    /// - Complexity: One query, which may look at all limits.
    func endingPasswords(after id: Int64, limit: Int) async throws(BackendError) -> [EndingPassword]

    /// Notes that an end has been announced.
    ///
    /// - Parameters:
    ///   - mark: What is noted (``EndAnnouncement/mark``).
    ///   - id: The row's id.
    ///   - old: What was noted when the password was read.
    /// - Returns: false if something else is noted by now: another server was faster.
    /// - Throws: ``BackendError`` if that could not be written down.
    func noteAnnouncement(_ mark: String, of id: Int64, after old: String?) async throws(BackendError) -> Bool
}

/// An app password whose end may be near.
package struct EndingPassword: Sendable, Equatable {
    /// The row's id.
    package var id: Int64
    /// Whose it is.
    package var uid: String
    /// What its owner called it.
    package var comment: String?
    /// When it was made.
    package var created: Timestamp?
    /// What limits it.
    package var limits: StoredLimits
    /// What is noted of the last announcement.
    package var announced: String?

    /// Makes one.
    package init(
        id: Int64, uid: String, comment: String?, created: Timestamp?, limits: StoredLimits, announced: String?
    ) {
        (self.id, self.uid, self.comment, self.created) = (id, uid, comment, created)
        (self.limits, self.announced) = (limits, announced)
    }

    /// The announcement that is due and has not been made; nil also if the limits cannot be read, which
    /// ``AppPasswordFinding`` tells.
    package var dueAnnouncement: EndAnnouncement? {
        guard let times = try? limits.times(created: created), let limits = try? limits.read(),
            let due = limits.announcement(times), due.mark != announced
        else { return nil }
        return due
    }
}
