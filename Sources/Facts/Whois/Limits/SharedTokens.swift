/// Tokens that several servers take out of one bucket, so that a registry is asked as if there were one.
package protocol SharedTokens: Sendable {
    /// Takes a token for a question.
    ///
    /// - Parameters:
    ///   - server: Who is asked: `rdap:rdap.db.ripe.net:443`.
    ///   - limit: How often that may be.
    ///   - patience: How long the question can wait.
    /// - Returns: nil if that cannot be found out at once: then only the limit of one's own counts.
    func take(_ server: String, _ limit: RequestLimit, within patience: Duration) async -> SharedToken?
}

/// A token, or none.
package enum SharedToken: Sendable, Hashable {
    /// There is one, for a question after so long.
    case given(after: Duration)
    /// There is none for so long.
    case refused(for: Duration)
}
