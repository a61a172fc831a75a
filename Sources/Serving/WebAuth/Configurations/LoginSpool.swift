import LoginSpool
import Settings

extension SpoolConfiguration {
    /// What `[database]` and `[audit]` say of the log; a row's facts may take a little longer than a lookup.
    init(_ settings: Settings) {
        self.init()
        bucket = settings.audit.logBucket
        quiet = settings.audit.logPause
        factsTimeout = settings.lookup.timeout + .seconds(2)
        maxBytes = settings.database.spoolMaximum
        fsync = settings.database.syncsSpool
    }
}
