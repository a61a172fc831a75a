/// How a ``SpooledLoginRecorder`` works.
package struct SpoolConfiguration: Sendable, Equatable {
    /// Rows of one (password, service, address) are coalesced within this time (`db_authlog_dd_hash_bucket`).
    package var bucket: Duration = .seconds(60)
    /// The last row of a bucket is written when the client has paused this long (`db_authlog_dd_per_login`).
    package var quiet: Duration = .seconds(5)
    /// A row waits this long for its late facts, at most: `lookup.timeout` and a margin.
    package var factsTimeout: Duration = .seconds(12)
    /// Bytes on disk at which further uses are dropped (`spool_max`). Facts and marks of what is there already still get
    /// in, so the files may grow past it by a few percent. However many rows wait, the index in memory stays within a few
    /// megabytes: the rows are only in the files.
    package var maxBytes = 256 << 20
    /// How long a login waits for its use to be appended.
    package var patience: Duration = .seconds(1)
    /// Uses that are kept in memory while the disk does not take them; one more is dropped.
    package var maxHeld = 10_000
    /// Rows whose places in the files are kept in memory; those beyond are found again by reading the files.
    package var maxReady = 20_000
    /// Whether a use is on the disk, not only with the kernel, before ``SpooledLoginRecorder/record(_:)`` returns.
    package var fsync = false
    /// Bytes at which a new file is begun, as at each start; a file whose rows are all written is removed.
    package var segmentBytes = 4 << 20
    /// Rows that go to the database in one transaction.
    package var batchSize = 200
    /// How long to wait after the database failed; doubled at each further failure, up to ``maxBackoff``, jittered by a quarter.
    package var backoff: Duration = .milliseconds(250)
    /// The longest wait after the database failed.
    package var maxBackoff: Duration = .seconds(30)

    /// Makes a configuration of defaults.
    package init() {}
}
