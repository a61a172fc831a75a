internal import AuditCore
internal import Foundation

/// A file that lines are appended to, by this process and others, through rotation, crashes and full disks.
///
/// Each line is one `write(2)` under a lock of the file (flock(2)): a line that could not be written whole is cut off
/// again, and one that a killed process left without its end gets one, so that it spoils no line but its own.
/// For one thread.
final class LineFile {
    private let path: String
    private var descriptor: Int32 = -1
    private var identity: Identity?

    /// What a path leads to.
    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64
    }

    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends a line, which ends with a newline.
    ///
    /// - Complexity: Six system calls.
    func append(_ line: [UInt8]) throws(AuditSinkError) {
        if descriptor < 0 || identity != Self.identity(of: path) { try reopen() }
        // Devices and pipes have no lock; there, nothing can be cut off either.
        let isLocked = flock(descriptor, LOCK_EX) == 0
        defer { if isLocked { _ = flock(descriptor, LOCK_UN) } }
        let end = isLocked ? regularEnd : nil
        let bytes = end.map(isTorn) == true ? [UInt8(ascii: "\n")] + line : line
        let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            let reason = written < 0 ? String(cString: strerror(errno)) : "a record was cut short: is the disk full?"
            if written > 0, let end { _ = ftruncate(descriptor, end) }
            throw AuditSinkError("\(path): \(reason)")
        }
    }

    /// Opens the file anew, or makes it.
    func reopen() throws(AuditSinkError) {
        if descriptor >= 0 { close(descriptor) }
        identity = nil
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { throw AuditSinkError("\(path): \(String(cString: strerror(errno)))") }
        identity = Self.identity(of: path)
    }

    /// The file's length; nil if it is no regular file.
    private var regularEnd: off_t? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_size
    }

    /// Whether the last line lacks its end.
    private func isTorn(at end: off_t) -> Bool {
        var last: UInt8 = 0
        return end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
    }

    private static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
