import AuditCore
import Foundation

/// Appends each entry as one line of JSON to a file.
///
/// The file is opened again when it was moved or removed (log rotation without a signal) and on ``reopen()``. A line is
/// one `write(2)` with `O_APPEND`; a line that could not be written whole is cut off again, so that the file stays
/// readable line by line.
actor JSONLinesSink: AuditSink {
    nonisolated let name = "jsonl"
    private nonisolated let lane = QueueExecutor(label: "jsonl")
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let path: String
    private var descriptor: Int32 = -1
    private var identity: FileIdentity?

    private struct FileIdentity: Equatable {
        var device: UInt64
        var inode: UInt64
    }

    /// Names the file; it is opened at the first record, and made with mode 0600 if it is not there.
    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        try openIfNeeded()
        let line = Array((entry.jsonLine + "\n").utf8)
        let start = lseek(descriptor, 0, SEEK_END)
        let written = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count else {
            let reason = written < 0 ? String(cString: strerror(errno)) : "it was cut short"
            if written > 0, start >= 0 { _ = ftruncate(descriptor, start) }
            throw AuditSinkError("\(path): \(reason)")
        }
    }

    func reopen() async throws(AuditSinkError) {
        closeFile()
        try openIfNeeded()
    }

    private func closeFile() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        identity = nil
    }

    private func openIfNeeded() throws(AuditSinkError) {
        if descriptor >= 0, identity == Self.identity(of: path) { return }
        closeFile()
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AuditSinkError("\(path): \(String(cString: strerror(errno)))") }
        identity = Self.identity(of: path)
    }

    private static func identity(of path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}

/// Runs an actor on a queue of its own, so that what waits for a disk never holds the cooperative pool.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
