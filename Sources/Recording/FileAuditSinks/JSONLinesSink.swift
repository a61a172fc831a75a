package import AuditCore
internal import BlockingLanes

/// Appends each entry as one line of JSON to a file (docs/audit-trail.md).
///
/// The file is opened again within a second after it was moved or removed (log rotation without a signal), and on
/// ``reopen()``. A disk that hangs holds one thread and costs entries, never a login. An entry that was given up while it
/// was being written counts as lost, though it may still arrive.
package final class JSONLinesSink: AuditSink {
    /// `jsonl`.
    package let name = "jsonl"
    private let lane: BlockingLanes<LineFile, AuditSinkError>
    private let patience: Duration

    /// Names the file; it is opened at the first entry, and made with mode 0600 if it is not there.
    ///
    /// - Parameter patience: How long entries that came together may wait for the disk.
    package convenience init(path: String, patience: Duration = .seconds(5)) {
        self.init(path: path, patience: patience, now: { .now })
    }

    /// - Parameter now: By what it is measured when to look again whether the file is still there.
    package init(
        path: String, patience: Duration = .seconds(5), now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.patience = patience
        lane = BlockingLanes(name: "jsonl", count: 1, queueLimit: 2) { _ in
            AuditSinkError("\(path): the disk has not taken a record for \(patience)")
        } open: {
            LineFile(path: path, now: now)
        }
    }

    /// Appends one line.
    ///
    /// - Throws: ``AuditSinkError`` if the file cannot be opened or the line not be written whole and in time.
    package func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        if let trouble = await write([entry]).trouble { throw trouble }
    }

    /// Appends lines with one `write(2)`.
    package func write(_ entries: [AuditEntry]) async -> (written: Int, trouble: AuditSinkError?) {
        do throws(AuditSinkError) {
            return try await lane.run(within: patience) { file, _ throws(AuditSinkError) in
                file.append(Lines(of: entries))
            }
        } catch {
            return (0, error)
        }
    }

    /// Opens the file anew.
    package func reopen() async throws(AuditSinkError) {
        try await lane.run(within: patience) { file, _ throws(AuditSinkError) in try file.reopen() }
    }
}
