internal import Glibc

/// What changes when a file is replaced or written to.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let seconds: Int
    private let nanoseconds: Int
    /// Bytes.
    let size: Int
    /// Whether it is a plain file, neither a directory nor a pipe.
    let isRegular: Bool

    /// What stands at a path now; nil if nothing does, or it may not be asked.
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// What an open descriptor refers to; nil if the descriptor is bad.
    init?(descriptor: CInt) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        size = Int(status.st_size)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }
}
