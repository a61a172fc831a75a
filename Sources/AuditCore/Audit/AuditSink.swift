/// Takes audit entries to where they are kept.
public protocol AuditSink: Sendable {
    /// The sink's name in logs and metrics: `journal`, `jsonl`, `stderr`.
    var name: String { get }

    /// Writes one entry.
    ///
    /// - Throws: ``AuditSinkError`` if the entry is lost; the caller counts and logs it, and no login fails.
    /// - Complexity: Called off the login's path, one entry at a time and in order.
    func write(_ entry: AuditEntry) async throws(AuditSinkError)

    /// Reopens what may have been moved away (log rotation); sinks without files do nothing.
    func reopen() async throws(AuditSinkError)
}

/// Why a record could not be written.
public struct AuditSinkError: Error, Sendable, CustomStringConvertible {
    /// For operators.
    public let description: String
    /// Says what went wrong, in words for operators.
    public init(_ description: String) { self.description = description }
}
