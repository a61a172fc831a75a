import AuditCore
import Foundation

/// Writes the MESSAGE of each record to standard error, as `mail-audit: user=<…>, …`: the sink of machines without
/// journald.
struct StandardErrorSink: AuditSink {
    var name: String { "stderr" }

    func write(_ record: AuditRecord) async throws(AuditSinkError) {
        do {
            try FileHandle.standardError.write(contentsOf: Data("mail-audit: \(record.message)\n".utf8))
        } catch {
            throw AuditSinkError("standard error cannot be written")
        }
    }

    func reopen() async throws(AuditSinkError) {}
}
