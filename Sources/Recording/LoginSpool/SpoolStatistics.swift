/// What a spool holds and what has become of its rows since the start.
package struct SpoolStatistics: Sendable, Equatable {
    /// Rows recorded and neither written nor replaced by a later one; after a start, as far as the files have been read.
    package var waiting = 0
    /// Those of them, and of those just recorded, that are in memory only: lost if the process is killed.
    package var held = 0
    /// Bytes of all files.
    package var bytes = 0
    /// Files.
    package var segments = 0
    /// Uses taken down.
    package var recorded: UInt64 = 0
    /// Rows written to the database.
    package var written: UInt64 = 0
    /// Uses that needed no row, by the coalescing rule.
    package var coalesced: UInt64 = 0
    /// Uses lost because the spool was full.
    package var droppedFull: UInt64 = 0
    /// Uses lost because the spool could not be written (disk full, read-only, gone) and too many were kept in memory.
    package var droppedStorage: UInt64 = 0
    /// Rows lost because they could not be read back from the spool.
    package var unreadable: UInt64 = 0
    /// Rows found waiting in the files of earlier processes.
    package var recovered = 0
    /// Stretches of damaged bytes found there.
    package var damaged = 0
    /// Failed attempts to write to the database.
    package var databaseFailures: UInt64 = 0
    /// The latest of those, as ``BackendError/description`` says; nil once the database takes rows again.
    package var databaseTrouble: String?
    /// The latest failure of the spool's own files; nil once they can be written again.
    package var storageTrouble: String?

    /// All uses lost so far.
    package var lost: UInt64 { droppedFull + droppedStorage + unreadable }

    /// Makes empty statistics.
    package init() {}
}
