internal import AuditCore
internal import CSystemd
internal import Foundation

/// Hands entries to journald. It may wait as long as journald does not read: to be used on a thread that can be spared.
struct JournalWriter: Sendable {
    /// Sends one entry: `NAME=value` for each field, the value with whatever bytes it has.
    ///
    /// - Throws: ``AuditSinkError`` if journald is not there or refuses the entry.
    /// - Complexity: Five system calls and a copy; an entry that does not fit a datagram travels in a memory file.
    static func send(_ fields: [(name: String, value: String)]) throws(AuditSinkError) {
        if let trouble = JournalSocket.trouble() {
            throw AuditSinkError("journald does not listen at \(JournalSocket.path): \(trouble)")
        }
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for field in fields {
            bytes += field.name.utf8
            bytes.append(UInt8(ascii: "="))
            bytes += field.value.utf8
            ends.append(bytes.count)
        }
        let status = unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return -EINVAL }
            var start = 0
            var parts: [iovec] = unsafe []
            for end in ends {
                unsafe parts.append(iovec(iov_base: base + start, iov_len: end - start))
                start = end
            }
            return unsafe sd_journal_sendv(parts, Int32(parts.count))
        }
        guard status == 0 else { throw AuditSinkError("journald takes no record: \(JournalSocket.errorText(-status))") }
    }
}
