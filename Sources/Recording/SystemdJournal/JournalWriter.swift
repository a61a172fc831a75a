internal import AuditCore
internal import CSystemd
internal import Foundation

/// Hands entries to journald. It may wait as long as journald does not read: to be used on a thread that can be spared.
struct JournalWriter: Sendable {
    /// Sends entries: `NAME=value` for each field, the value with whatever bytes it has.
    ///
    /// - Returns: How many journald has taken, and what is the matter with the last one that it has not.
    /// - Complexity: Three system calls, and two and a copy for each; an entry that does not fit a datagram travels in a
    ///   memory file.
    static func send(_ entries: [AuditEntry]) -> (written: Int, trouble: AuditSinkError?) {
        if let trouble = JournalSocket.trouble() {
            return (0, AuditSinkError("journald does not listen at \(JournalSocket.path): \(trouble)"))
        }
        var (written, trouble): (Int, AuditSinkError?) = (0, nil)
        for entry in entries {
            let status = send(entry)
            if status == 0 {
                written += 1
            } else {
                trouble = AuditSinkError("journald takes no record: \(JournalSocket.errorText(-status))")
            }
        }
        return (written, trouble)
    }

    private static func send(_ entry: AuditEntry) -> Int32 {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        bytes.reserveCapacity(4096)
        entry.appendJournalFields(to: &bytes, ends: &ends)
        return unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return -EINVAL }
            var start = 0
            var parts: [iovec] = unsafe []
            for end in ends {
                unsafe parts.append(iovec(iov_base: base + start, iov_len: end - start))
                start = end
            }
            return unsafe sd_journal_sendv(parts, Int32(parts.count))
        }
    }
}
