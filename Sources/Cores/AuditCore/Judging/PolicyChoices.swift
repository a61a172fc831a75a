/// What a hit does to a login (`audit.mode`).
public enum JudgingMode: String, Sendable, CaseIterable {
    /// The login is denied.
    case enforce
    /// The login goes on; only the records say that it would have been denied.
    case watch
}

/// What happens to a login when a list needs a fact that could not be had (`audit.on_unknown`).
public enum UnknownFactAction: String, Sendable, CaseIterable {
    /// The login goes on.
    case allow
    /// The login is denied.
    case deny
    /// The client is asked to try again later (503).
    case tempfail
}
