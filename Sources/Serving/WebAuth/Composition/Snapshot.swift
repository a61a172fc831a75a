import AppPasswordCore
import AuditCore
import ListSource
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
    /// What the lists were made of, and where others come from; nil without a source.
    let lists: Lists?
    /// By which servers that are alike are told from those that are not.
    let digests: Digests

    /// Lists of a source.
    struct Lists: Sendable {
        /// Where others come from.
        var source: ListSource
        /// What those in force were made of.
        var inputs: ListInputs

        /// nil without a source.
        init?(_ inputs: ListInputs, _ source: ListSource?) {
            guard let source else { return nil }
            (self.source, self.inputs) = (source, inputs)
        }
    }

    /// SHA-256 in hexadecimal digits.
    struct Digests: Sendable {
        /// Of the settings, without secrets and without what is a server's own.
        var settings: String
        /// Of the files of all lists.
        var lists: String
    }

    /// What answers logins.
    var loginParts: LoginEndpoints.Parts {
        LoginEndpoints.Parts(settings: settings.audit, auditor: auditor, authenticator: authenticator)
    }
}
