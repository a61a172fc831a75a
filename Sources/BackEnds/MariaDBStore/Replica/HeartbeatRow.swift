internal import AppPasswordCore
internal import Locks

/// This process's row of `web_auth_heartbeat`, and the connection to the primary that it is written by.
final class HeartbeatRow: Sendable {
    /// Names the row: digits and letters.
    let node = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    private let timeout: Duration
    /// Used on the heart's thread alone.
    private let connection: Mutex<MariaDBConnection>

    /// - Parameter timeout: What writing it may take.
    init(_ connection: sending MariaDBConnection, timeout: Duration) {
        self.connection = Mutex(connection)
        self.timeout = timeout
    }

    /// Writes a beat into it; waits for that.
    func write(_ beat: Int64) throws(BackendError) {
        try perform { connection throws(SQLError) in
            // What the primary has of limits is known before a replica is believed that may not read them.
            _ = try connection.tables()
            _ = try connection.change(
                """
                INSERT INTO web_auth_heartbeat (node, beat, at) VALUES (?, ?, UTC_TIMESTAMP(3)) \
                ON DUPLICATE KEY UPDATE beat = VALUES(beat), at = VALUES(at)
                """, [.text(node), .integer(beat)])
        }
    }

    /// Removes the rows of processes that are gone, if it may; without that there are more of them, and nothing else is wrong.
    func tidy() {
        try? perform { connection throws(SQLError) in
            _ = try connection.change(
                "DELETE FROM web_auth_heartbeat WHERE at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY", [], isKept: false)
        }
    }

    /// The beat that a server shows; nil: none of ours.
    func beat(shownTo connection: MariaDBConnection) throws(SQLError) -> Int64? {
        try connection.select("SELECT beat FROM web_auth_heartbeat WHERE node = ?", [.text(node)]) { $0.integer(0) }
            .first
    }

    private func perform(_ body: @Sendable (MariaDBConnection) throws(SQLError) -> Void) throws(BackendError) {
        let deadline = ContinuousClock.now + timeout
        try connection.withLock { (connection) throws(BackendError) in
            try connection.perform(by: deadline, for: .changes, body)
        }
    }
}
