/// A store that can read app passwords where they may be a moment behind, such as a replica of a database.
package protocol RecentPasswordStore: AppPasswordStore {
    /// Reads what ``AppPasswordStore/passwords(of:)`` reads, or what that was a moment ago.
    ///
    /// - Throws: As that does.
    /// - Complexity: One round trip, and a second one where the replica cannot be used.
    func recentPasswords(of names: [String]) async throws(BackendError) -> RecentPasswords
}

/// Rows of an account as they were lately.
package struct RecentPasswords: Sendable {
    /// The rows, as ``AppPasswordStore/passwords(of:)`` gives them.
    package var rows: [AppPassword]
    /// Whether changes of the last moment may be missing: then ``AppPasswordStore/passwords(of:)`` is asked before anybody is
    /// refused for what they say.
    package var mayLag: Bool

    /// Takes rows, and how much they are worth.
    package init(_ rows: [AppPassword], mayLag: Bool) { (self.rows, self.mayLag) = (rows, mayLag) }
}
