internal import Glibc

/// A file descriptor, closed when the last reference goes.
final class FileDescriptor: Sendable {
    let number: Int32

    /// Opens a file, or makes it with mode 0600.
    init(opening path: String, flags: Int32) throws(SpoolError) {
        number = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw PosixDisk.error("open", path, errno) }
    }

    deinit { if number >= 0 { close(number) } }
}
