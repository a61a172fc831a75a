/// Something about an installation that an administrator should change.
public struct Finding: Sendable, Equatable {
    /// How bad it is.
    public enum Severity: String, Sendable, CaseIterable {
        /// Logins work, but not all is as it should be.
        case warning
        /// Logins fail, are let in that should not be, or will be.
        case error
    }

    /// How bad it is.
    public var severity: Severity
    /// What it is, for programs; stays the same between versions: `database.grant.log_insert`.
    public var id: String
    /// What was found.
    public var what: String
    /// What comes of it.
    public var why: String
    /// The line to change, and what to.
    public var change: String
    /// Lines to paste that do it: commands, SQL, settings; empty where ``change`` says it all.
    public var hints: [String]

    /// Says what is so, why that matters and what to change.
    public init(
        _ severity: Severity, _ id: String, _ what: String, why: String, change: String, hints: [String] = []
    ) {
        (self.severity, self.id, self.what) = (severity, id, what)
        (self.why, self.change, self.hints) = (why, change, hints)
    }

    /// Something that keeps logins from being answered rightly.
    public static func error(
        _ id: String, _ what: String, why: String, change: String, hints: [String] = []
    ) -> Finding { Finding(.error, id, what, why: why, change: change, hints: hints) }

    /// Something that is not as it should be.
    public static func warning(
        _ id: String, _ what: String, why: String, change: String, hints: [String] = []
    ) -> Finding { Finding(.warning, id, what, why: why, change: change, hints: hints) }
}
