public import AuditCore
import Locks

/// An audit sink that keeps what it was given.
public final class RecordingAuditSink: AuditSink {
    private let kept = Mutex<[AuditRecord]>([])

    /// Makes an empty sink.
    public init() {}

    /// `recording`.
    public var name: String { "recording" }
    /// What was written so far.
    public var records: [AuditRecord] { kept.withLock { $0 } }

    /// Keeps the record.
    public func write(_ record: AuditRecord) async throws(AuditSinkError) { kept.withLock { $0.append(record) } }
    /// Does nothing.
    public func reopen() async throws(AuditSinkError) {}
}
