public import AuditCore
internal import BlockingLanes

/// Appends each entry as one line of JSON to a file (docs/audit-trail.md).
///
/// The file is opened again when it was moved or removed (log rotation without a signal), and on ``reopen()``. A disk
/// that hangs holds one thread and costs entries, never a login. An entry that was given up while it was being
/// written counts as lost, though it may still arrive.
public final class JSONLinesSink: AuditSink {
    /// `jsonl`.
    public let name = "jsonl"
    private let lane: BlockingLanes<LineFile, AuditSinkError>
    private let patience: Duration

    /// Names the file; it is opened at the first entry, and made with mode 0600 if it is not there.
    ///
    /// - Parameter patience: How long one entry may wait for the disk.
    public init(path: String, patience: Duration = .seconds(5)) {
        self.patience = patience
        lane = BlockingLanes(name: "jsonl", count: 1, queueLimit: 2) { _ in
            AuditSinkError("\(path): the disk has not taken a record for \(patience)")
        } open: {
            LineFile(path: path)
        }
    }

    /// Appends one line.
    ///
    /// - Throws: ``AuditSinkError`` if the file cannot be opened or the line not be written whole and in time.
    public func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        let line = Array((entry.jsonLine + "\n").utf8)
        try await lane.run(within: patience) { file, _ throws(AuditSinkError) in try file.append(line) }
    }

    /// Opens the file anew.
    public func reopen() async throws(AuditSinkError) {
        try await lane.run(within: patience) { file, _ throws(AuditSinkError) in try file.reopen() }
    }
}
