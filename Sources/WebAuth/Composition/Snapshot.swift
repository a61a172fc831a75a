import AppPasswordCore
import AuditCore
import Settings

/// Everything that settings decide, built whole and swapped whole: a request keeps the one it started with.
struct Snapshot: Sendable {
    /// The settings it was built from.
    let settings: Settings
    /// Gathers facts and judges.
    let auditor: Auditor
    /// Answers `/auth`.
    let authenticator: Authenticator
    /// The database and the directory.
    let backEnds: BackEnds
    /// How many entries each configured list has, in the order of the lists.
    let listCounts: [(list: ListKey, entries: Int)]

    /// What answers logins.
    var loginParts: LoginEndpoints.Parts {
        LoginEndpoints.Parts(settings: settings.audit, auditor: auditor, authenticator: authenticator)
    }
}
