package import AppPasswordCore

/// What has become of the reads that might have gone to a replica.
package struct ReplicaStatus: Sendable, Hashable {
    /// Reads that the replica has answered, close enough behind.
    package var used = 0
    /// Reads that went to the primary in its place, or after it for names that it had no row of.
    package var passedOver = 0
    /// Reads, of those that were passed over, that the replica was asked for and has not answered, or not close enough behind.
    package var failed = 0
    /// How far the last answer was behind, at most; nil: it could not be used, or nobody can tell at the moment.
    package var lag: Duration?
    /// Whether it answered, close enough behind, when that was last tried, and heartbeats are written; nil: it was not tried yet.
    package var isRead: Bool?

    /// Nothing has been read.
    package init() {}
}

/// Why a replica is not read.
package enum ReplicaTrouble: Error, Sendable {
    /// The primary takes no heartbeat.
    case noHeartbeat(BackendError)
    /// The replica cannot be asked.
    case unreadable(BackendError)
    /// The replica is behind by more than is allowed.
    case late
}
