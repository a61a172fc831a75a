package import AuditCore
internal import BlockingLanes

/// Writes audit records to the systemd journal, with all their fields.
///
/// libsystemd waits without end for a journald that does not read, so it is called on a thread of its own: records
/// that are not taken in time fail, the next ones wait for that thread in turn. What was given up meanwhile counts as
/// lost, though it may still arrive when journald goes on.
package final class JournalSink: AuditSink {
    /// Whether journald listens, so that records would arrive.
    ///
    /// - Complexity: Three system calls.
    package static var isAvailable: Bool { JournalSocket.trouble() == nil }

    /// `journal`.
    package let name = "journal"
    private let lane: BlockingLanes<Void, AuditSinkError>
    private let patience: Duration
    private let send: @Sendable ([AuditEntry]) -> (written: Int, trouble: AuditSinkError?)

    /// Makes a sink; nothing is sent before the first record.
    ///
    /// - Parameter patience: How long records that came together may wait for journald.
    package convenience init(patience: Duration = .seconds(5)) {
        self.init(patience: patience) { JournalWriter.send($0) }
    }

    /// Makes a sink that sends by other means.
    init(
        patience: Duration,
        send: @escaping @Sendable ([AuditEntry]) -> (written: Int, trouble: AuditSinkError?)
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
    package func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        if let trouble = await write([entry]).trouble { throw trouble }
    }

    /// Sends entries one after the other, in one turn of the thread.
    package func write(_ entries: [AuditEntry]) async -> (written: Int, trouble: AuditSinkError?) {
        let send = send
        do throws(AuditSinkError) {
            return try await lane.run(within: patience) { _, _ throws(AuditSinkError) in
                send(entries)
            }
        } catch {
            return (0, error)
        }
    }

    /// Does nothing: there is no file.
    package func reopen() async throws(AuditSinkError) {}
}
