import AppPasswordCore
import AuditCore
import Settings

/// What ending sessions needs of the settings and back ends in force.
struct RevocationMeans: Sendable {
    /// `[dovecot]`: whose sessions, and how they are told apart.
    var settings: Settings.Dovecot
    /// How long it waits between two looks (`auth.revoke_poll`).
    var pollPause: Duration
    /// Which database it is (``DatabaseConfiguration/identity``): another one's ids are others.
    var database: DatabaseConfiguration
    /// Says which passwords have ended.
    var ended: any EndedPasswords
    /// Knows where a password was used from.
    var administration: any AppPasswordAdministration
    /// Says which accounts are disabled; nil: nobody does.
    var directory: (any AccountDirectory)?
}

extension RevocationMeans {
    /// What a snapshot has.
    init(_ snapshot: Snapshot) {
        self.init(
            settings: snapshot.settings.dovecot, pollPause: snapshot.settings.auth.revokePoll,
            database: snapshot.backEnds.configuration.database.identity, ended: snapshot.backEnds.database.ended,
            administration: snapshot.backEnds.database.administration, directory: snapshot.backEnds.directory)
    }
}
