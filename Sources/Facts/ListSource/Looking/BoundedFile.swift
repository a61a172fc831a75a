internal import AuditCore
internal import Foundation

/// Reads regular files, and no more of them than is wanted.
package enum BoundedFile {
    /// What a file holds.
    ///
    /// A pipe or a device is not waited for.
    ///
    /// - Throws: ``ListSourceError`` `unavailable` if it cannot be read or is no regular file, `malformed` if it is longer than `limit`
    ///   bytes.
    package static func read(_ path: String, limit: Int) throws(ListSourceError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw ListSourceError(.unavailable, "\(path.visible()): \(SystemReason.words)")
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ListSourceError(.unavailable, "\(path.visible()) is no file")
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: false)
        let data: Data?
        do { data = try handle.read(upToCount: limit + 1) } catch {
            throw ListSourceError(.unavailable, "\(path.visible()) cannot be read")
        }
        guard (data?.count ?? 0) <= limit else {
            throw ListSourceError(.malformed, "\(path.visible()): more than \(limit) bytes")
        }
        return Array(data ?? Data())
    }
}
