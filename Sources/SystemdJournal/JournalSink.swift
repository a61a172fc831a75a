public import AuditCore
internal import BlockingLanes

/// Writes audit records to the systemd journal, with all their fields.
///
/// libsystemd waits without end for a journald that does not read, so it is called on a thread of its own: a record
/// that is not taken in time fails, the next one waits for that thread in turn. A record given up meanwhile counts as
/// lost, though it may still arrive when journald goes on.
public final class JournalSink: AuditSink {
    /// Whether journald listens, so that records would arrive.
    ///
    /// - Complexity: Three system calls.
    public static var isAvailable: Bool { JournalSocket.trouble() == nil }

    /// `journal`.
    public let name = "journal"
    private let lane: BlockingLanes<Void, AuditSinkError>
    private let patience: Duration
    private let send: @Sendable ([(name: String, value: String)]) throws(AuditSinkError) -> Void

    /// Makes a sink; nothing is sent before the first record.
    ///
    /// - Parameter patience: How long one record may wait for journald.
    public convenience init(patience: Duration = .seconds(5)) {
        self.init(patience: patience) { fields throws(AuditSinkError) in try JournalWriter.send(fields) }
    }

    /// Makes a sink that sends by other means.
    init(
        patience: Duration,
        send: @escaping @Sendable ([(name: String, value: String)]) throws(AuditSinkError) -> Void
    ) {
        self.patience = patience
        self.send = send
        lane = BlockingLanes(name: "journal", count: 1, queueLimit: 1) { _ in
            AuditSinkError("journald has not taken a record for \(patience)")
        } open: {
        }
    }

    /// Sends one entry.
    ///
    /// - Throws: ``AuditSinkError`` if journald is not there, refuses the entry, or does not take it in time.
    public func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        let (send, fields) = (send, entry.journalFields)
        try await lane.run(within: patience) { _, _ throws(AuditSinkError) in try send(fields) }
    }

    /// Does nothing: there is no file.
    public func reopen() async throws(AuditSinkError) {}
}

extension AuditEntry {
    /// The fields of the journal's entry.
    var journalFields: [(name: String, value: String)] {
        [("MESSAGE", message), ("PRIORITY", "\(priority)"), ("SYSLOG_IDENTIFIER", identifier)]
            + fields.map { ($0.name, $0.journalText) }
    }
}
