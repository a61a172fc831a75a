/// Takes audit entries to where they are kept.
public protocol AuditSink: Sendable {
    /// The sink's name in logs and metrics: `journal`, `jsonl`, `stderr`.
    var name: String { get }

    /// Writes one entry.
    ///
    /// - Throws: ``AuditSinkError`` if the entry is lost; the caller counts and logs it, and no login fails.
    /// - Complexity: Called off the login's path, one call at a time and in order.
    func write(_ entry: AuditEntry) async throws(AuditSinkError)

    /// Writes entries that came together; unless a sink says otherwise, one after the other.
    ///
    /// - Parameter entries: In their order, at least one.
    /// - Returns: How many of them, from the first on or in between, were written; if not all were, what became of the last
    ///   that was lost.
    func write(_ entries: [AuditEntry]) async -> (written: Int, trouble: AuditSinkError?)

    /// Reopens what may have been moved away (log rotation); sinks without files do nothing.
    func reopen() async throws(AuditSinkError)
}

extension AuditSink {
    /// Writes one after the other, until the task is cancelled; what is left then is lost.
    public func write(_ entries: [AuditEntry]) async -> (written: Int, trouble: AuditSinkError?) {
        var (written, trouble): (Int, AuditSinkError?) = (0, nil)
        for entry in entries {
            // Whoever cancels waits for no more of them.
            guard !Task.isCancelled else { return (written, AuditSinkError("the service is ending")) }
            do throws(AuditSinkError) {
                try await write(entry)
                written += 1
            } catch {
                trouble = error
            }
        }
        return (written, trouble)
    }
}

/// Why a record could not be written.
public struct AuditSinkError: Error, Sendable, CustomStringConvertible {
    /// For operators.
    public let description: String
    /// Says what went wrong, in words for operators.
    public init(_ description: String) { self.description = description }
}
