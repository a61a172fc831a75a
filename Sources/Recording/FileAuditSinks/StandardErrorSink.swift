package import AuditCore
internal import BlockingLanes
internal import Foundation

/// Writes the MESSAGE of each entry to standard error, as `mail-audit: user=<…>, …`: the sink of machines without
/// journald.
package final class StandardErrorSink: AuditSink {
    /// `stderr`.
    package let name = "stderr"
    private let lane: BlockingLanes<Int32, AuditSinkError>
    private let patience: Duration

    /// Writes to a descriptor that is open.
    ///
    /// - Parameters:
    ///   - descriptor: Where to write; nobody closes it.
    ///   - patience: How long one entry may wait, for a pipe that nobody reads.
    package init(descriptor: Int32 = 2, patience: Duration = .seconds(5)) {
        self.patience = patience
        lane = BlockingLanes(name: "stderr", count: 1, queueLimit: 1) { _ in
            AuditSinkError("standard error has not taken a record for \(patience)")
        } open: {
            descriptor
        }
    }

    /// Writes one entry.
    package func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        if let trouble = await write([entry]).trouble { throw trouble }
    }

    /// Writes entries one after the other, in one turn of the thread.
    package func write(_ entries: [AuditEntry]) async -> (written: Int, trouble: AuditSinkError?) {
        do throws(AuditSinkError) {
            return try await lane.run(within: patience) { descriptor, _ throws(AuditSinkError) in
                Self.write(entries, to: descriptor)
            }
        } catch {
            return (0, error)
        }
    }

    private static func write(_ entries: [AuditEntry], to descriptor: Int32) -> (Int, AuditSinkError?) {
        for (index, entry) in entries.enumerated() {
            var rest = Array("\(entry.identifier): \(entry.message)\n".utf8)[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    return (index, AuditSinkError("standard error: \(String(cString: strerror(errno)))"))
                }
                rest = rest.dropFirst(written)
            }
        }
        return (entries.count, nil)
    }

    /// Does nothing: whoever started us owns the file.
    package func reopen() async throws(AuditSinkError) {}
}
