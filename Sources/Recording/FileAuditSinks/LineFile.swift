internal import AuditCore
internal import Foundation

/// A file that lines are appended to, by this process and others, through rotation, crashes and full disks.
///
/// Lines that come together are one `write(2)`, which no other line can come into. What could not be written whole is cut
/// off again, if nobody else has the file open to write: each who has holds a shared lock of it (flock(2)) all the time, and
/// who gets the exclusive one is alone. A line that somebody was killed in the middle of, or that could not be cut off, gets
/// an end before the next. A file that was moved or removed is noticed within a second. For one thread.
final class LineFile {
    private let path: String
    private let now: @Sendable () -> ContinuousClock.Instant
    private var descriptor: Int32 = -1
    private var identity: Identity?
    /// When to look next whether the path still leads to the file; nil before the next line.
    private var nextLook: ContinuousClock.Instant?
    /// Devices and pipes have no lock and no end; there, nothing can be cut off either.
    private var isRegular = false
    /// Where the file ends if nobody else writes, and whether with half a line.
    private var end: off_t = 0
    private var isTorn = false

    /// What a path leads to.
    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64
    }

    init(path: String, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.path = path
        self.now = now
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends lines.
    ///
    /// - Returns: How many of them are in the file, and what became of the others; nil if there are none.
    /// - Complexity: Two system calls, and once a second one more; on what is no regular file one for each line.
    func append(_ lines: Lines) -> (written: Int, trouble: AuditSinkError?) {
        do throws(AuditSinkError) {
            let now = now()
            if descriptor < 0 || nextLook.map({ now >= $0 }) ?? true {
                if descriptor < 0 || identity != Self.identity(of: path) { try reopen() }
                nextLook = now + .seconds(1)
            }
        } catch {
            return (0, error)
        }
        guard !isRegular else { return appendTogether(lines) }
        for index in 0..<lines.count {
            let line = lines.bytes(of: index..<(index + 1))
            let written = write(line)
            if written != line.count { return (index, trouble(written)) }
        }
        return (lines.count, nil)
    }

    private func appendTogether(_ lines: Lines) -> (written: Int, trouble: AuditSinkError?) {
        var bytes = lines.bytes(of: 0..<lines.count)
        if isTorn { bytes.insert(UInt8(ascii: "\n"), at: bytes.startIndex) }
        let written = write(bytes)
        let reason = written == bytes.count ? nil : trouble(written)
        guard written > 0 else { return (0, reason) }
        let before = isTorn ? 1 : 0
        // Where our own lines end: others may have written in between.
        let position = lseek(descriptor, 0, SEEK_CUR)
        let start = position - off_t(written)
        let isSpoiled = start != end && !isTorn && hasTornLine(before: start)
        (end, isTorn) = (position, false)
        var whole = lines.count
        if reason != nil {
            whole = lines.ends.prefix { $0 <= written - before }.count
            let rest = written - before - (whole > 0 ? lines.ends[whole - 1] : 0)
            // Of the newline alone nothing is left to cut off.
            if rest > 0 { cut(rest) }
        }
        guard isSpoiled, whole > 0 else { return (whole, reason) }
        // Somebody else was killed in the middle of a line since we last looked, and our first stands behind it: once more.
        let again = appendTogether(Lines(of: lines, 0..<1))
        return again.trouble == nil ? (whole, reason) : (0, again.trouble)
    }

    /// Opens the file anew, or makes it.
    func reopen() throws(AuditSinkError) {
        if descriptor >= 0 { close(descriptor) }
        (identity, nextLook) = (nil, nil)
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { throw AuditSinkError("\(path): \(String(cString: strerror(errno)))") }
        identity = Self.identity(of: path)
        (end, isRegular) = length.map { ($0, true) } ?? (0, false)
        isTorn = false
        guard isRegular else { return }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            isTorn = hasTornLine(before: end)
        } else {
            // Others are writing, so that nothing can be said of the end; what stands before our first line is looked at.
            end = -1
        }
        _ = flock(descriptor, LOCK_SH)
    }

    private func write(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }

    private func trouble(_ written: Int) -> AuditSinkError {
        nextLook = nil
        let reason = written < 0 ? String(cString: strerror(errno)) : "a record was cut short: is the disk full?"
        return AuditSinkError("\(path): \(reason)")
    }

    /// Cuts off so many bytes that we have just written, unless another process may have written behind them.
    private func cut(_ count: Int) {
        isTorn = true
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0, length == end, ftruncate(descriptor, end - off_t(count)) == 0 {
            (end, isTorn) = (end - off_t(count), false)
        }
        _ = flock(descriptor, LOCK_SH)
    }

    /// The file's length; nil if it is no regular file.
    private var length: off_t? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_size
    }

    /// Whether the line that ends there lacks its end.
    private func hasTornLine(before end: off_t) -> Bool {
        var last: UInt8 = 0
        return end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
    }

    private static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
