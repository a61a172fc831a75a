internal import AuditCore
internal import Foundation

/// The last lists that were taken into use, in the state directory: for a start without the source.
package enum KeptLists {
    private static let name = "lists.tar"

    /// Where they are kept in a directory.
    package static func path(in directory: String) -> String { "\(directory)/\(name)" }

    /// Reads what is kept.
    ///
    /// - Parameter keys: Who has to have signed it, as of what the source has now; nil: nobody.
    /// - Returns: nil if nothing is kept.
    /// - Throws: ``ListSourceError`` if it cannot be read, or none of the keys has signed it.
    package static func read(
        in directory: String, trusting keys: [ListPublicKey]?
    ) throws(ListSourceError) -> ListSet? {
        let path = path(in: directory)
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let bytes = try BoundedFile.read(path, limit: ListArchive.maximumSize)
        do { return try ListArchive.read(bytes, trusting: keys) } catch {
            throw ListSourceError(error.code, error.problems.map { "\(path): \($0)" })
        }
    }

    /// Keeps lists, in place of those before; they are on the disk when this returns.
    ///
    /// - Throws: ``ListSourceError`` `unavailable`; what was kept before is still there then.
    package static func write(_ file: [UInt8], in directory: String) throws(ListSourceError) {
        let path = path(in: directory)
        try PrivateFile.write(file, to: path + ".new", replacing: true)
        guard unsafe rename(path + ".new", path) == 0 else {
            throw ListSourceError(.unavailable, "\(path): \(SystemReason.words)")
        }
        PrivateFile.sync(directory)
    }
}

/// Writes files that their owner alone may read.
package enum PrivateFile {
    /// Writes a file with mode 0600; it is on the disk when this returns.
    ///
    /// - Parameter replacing: Whether one that is there is written over; else that is an error.
    /// - Throws: ``ListSourceError`` `unavailable`, with the system's reason.
    package static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(ListSourceError) {
        func fault() -> ListSourceError {
            ListSourceError(.unavailable, "\(path.visible()): \(SystemReason.words)")
        }
        /// Half a file is nobody's.
        func faultInside() -> ListSourceError {
            defer { unsafe unlink(path) }
            return fault()
        }
        if replacing { unsafe unlink(path) }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw fault() }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw faultInside() }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw faultInside() }
    }

    /// Has what was renamed in a directory outlive a power failure, where the file system can do that.
    static func sync(_ directory: String) {
        let file = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }
}
