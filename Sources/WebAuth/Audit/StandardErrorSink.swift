import AuditCore
import Foundation

/// Writes the MESSAGE of each entry to standard error, as `mail-audit: user=<…>, …`: the sink of machines without
/// journald.
struct StandardErrorSink: AuditSink {
    var name: String { "stderr" }

    func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        do {
            try FileHandle.standardError.write(contentsOf: Data("\(entry.identifier): \(entry.message)\n".utf8))
        } catch {
            throw AuditSinkError("standard error cannot be written")
        }
    }

    func reopen() async throws(AuditSinkError) {}
}
