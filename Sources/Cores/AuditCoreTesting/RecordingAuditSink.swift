public import AuditCore
import Locks

/// An audit sink that keeps what it was given.
public final class RecordingAuditSink: AuditSink {
    private let kept = Mutex<[AuditEntry]>([])

    /// Makes an empty sink.
    public init() {}

    /// `recording`.
    public var name: String { "recording" }
    /// What was written so far.
    public var entries: [AuditEntry] { kept.withLock { $0 } }
    /// The logins among it.
    package var records: [AuditRecord] {
        entries.compactMap { if case .login(let record) = $0 { record } else { nil } }
    }
    /// The failed logins among it.
    package var failures: [FailureRecord] {
        entries.compactMap { if case .failure(let failure) = $0 { failure } else { nil } }
    }

    /// Keeps the entry.
    public func write(_ entry: AuditEntry) async throws(AuditSinkError) { kept.withLock { $0.append(entry) } }
    /// Does nothing.
    public func reopen() async throws(AuditSinkError) {}
}
