/// Something about an installation that an administrator should change.
package struct Finding: Sendable, Equatable {
    /// How bad it is.
    package enum Severity: String, Sendable, CaseIterable {
        /// Logins work, but not all is as it should be.
        case warning
        /// Logins fail, are let in that should not be, or will be.
        case error
    }

    /// How bad it is.
    package var severity: Severity
    /// What it is, for programs; stays the same between versions: `database.grant.log_insert`.
    package var id: String
    /// What was found.
    package var what: String
    /// What comes of it.
    package var why: String
    /// The line to change, and what to.
    package var change: String
    /// Lines to paste that do it: commands, SQL, settings; empty where ``change`` says it all.
    package var hints: [String]

    /// Says what is so, why that matters and what to change.
    package init(
        _ severity: Severity, _ id: String, _ what: String, why: String, change: String, hints: [String] = []
    ) {
        (self.severity, self.id, self.what) = (severity, id, what)
        (self.why, self.change, self.hints) = (why, change, hints)
    }

    /// Something that keeps logins from being answered rightly.
    package static func error(
        _ id: String, _ what: String, why: String, change: String, hints: [String] = []
    ) -> Finding { Finding(.error, id, what, why: why, change: change, hints: hints) }

    /// Something that is not as it should be.
    package static func warning(
        _ id: String, _ what: String, why: String, change: String, hints: [String] = []
    ) -> Finding { Finding(.warning, id, what, why: why, change: change, hints: hints) }
}
