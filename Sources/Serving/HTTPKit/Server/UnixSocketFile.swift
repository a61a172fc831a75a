#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file of a listening Unix socket: put where it takes no other program's place, and removed only while it is ours.
struct UnixSocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Makes a socket that listens at `path`, where it appears listening and with its permissions.
    ///
    /// A socket file that is there already is replaced if nobody listens at it: what a killed process leaves behind.
    /// Meanwhile the directory is locked (flock(2)), so that of two programs that start at once one is told of the other;
    /// it waits a second for the lock, and goes on without it.
    ///
    /// - Parameters:
    ///   - mode: The file's permissions.
    ///   - group: The file's group; nil leaves it.
    /// - Returns: The file, and the socket's descriptor, which is the caller's.
    /// - Throws: ``HTTPServerError`` with what is in the way.
    static func listening(
        at path: String, mode: UInt32, group: UInt32?
    ) throws(HTTPServerError) -> (file: UnixSocketFile, descriptor: CInt) {
        guard path.hasPrefix("/"), path.utf8.count <= ListenAddress.longestPath else {
            throw HTTPServerError("its path must be absolute and have at most \(ListenAddress.longestPath) bytes")
        }
        let lock = try lockedDirectory(of: path)
        defer { close(lock) }
        guard try isFree(path) else { throw HTTPServerError("another program listens there") }
        let new = path + ".new"
        if try isFree(new) { unlink(new) }  // from a start that was cut off
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HTTPServerError(errno) }
        do throws(HTTPServerError) {
            try named(new) { address, length throws(HTTPServerError) in
                guard bind(descriptor, address, length) == 0 else { throw HTTPServerError(errno) }
            }
            if let group, chown(new, uid_t.max, group) != 0 {
                throw HTTPServerError("this user may not give the file to group \(group): \(words(errno))")
            }
            // While the file has another name and does not listen, nobody can connect.
            guard chmod(new, mode) == 0, listen(descriptor, ListenQueue.length) == 0, rename(new, path) == 0 else {
                throw HTTPServerError(errno)
            }
            var status = stat()
            guard lstat(path, &status) == 0 else { throw HTTPServerError(errno) }
            return (UnixSocketFile(path: path, device: status.st_dev, inode: status.st_ino), descriptor)
        } catch {
            close(descriptor)
            unlink(new)
            throw error
        }
    }

    /// How long it waits for the directory's lock.
    private static let lockPatience = Duration.seconds(1)

    /// Removes the file, unless there is another in its place. To be called while the socket still listens: after that
    /// another program may put its own there.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unlink(path)
    }

    private static func lockedDirectory(of path: String) throws(HTTPServerError) -> CInt {
        let directory = String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HTTPServerError("its directory: \(words(errno))") }
        // Whoever can read the directory can hold this lock: he makes us wait, and does not keep us from listening. What is
        // there already is looked at all the same.
        let deadline = ContinuousClock.now + lockPatience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, ContinuousClock.now < deadline { usleep(20_000) }
        return descriptor
    }

    /// Whether there is nothing, or a socket at which nobody listens.
    ///
    /// - Returns: false if somebody listens there.
    /// - Throws: If there is something else, or it cannot be told.
    private static func isFree(_ path: String) throws(HTTPServerError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return true }
            throw HTTPServerError(errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw HTTPServerError("\(path) is there, and is no socket") }
        let client = socket(
            AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        guard client >= 0 else { throw HTTPServerError(errno) }
        defer { close(client) }
        let code = try named(path) { address, length throws(HTTPServerError) in
            connect(client, address, length) == 0 ? 0 : errno
        }
        switch code {
        case 0, EAGAIN: return false  // EAGAIN: more wait for it than it lets
        case ECONNREFUSED, ENOENT: return true
        default:
            throw HTTPServerError("\(path) is there, and it cannot be told whether anybody listens: \(words(code))")
        }
    }

    /// Lends the address of a path.
    private static func named<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(HTTPServerError) -> Result
    ) throws(HTTPServerError) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let pointer = UnsafeMutablePointer<sockaddr_un>.allocate(capacity: 1)
        pointer.initialize(to: address)
        defer { pointer.deallocate() }
        return try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(HTTPServerError) in
            try body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }

    private static func words(_ code: CInt) -> String { String(cString: strerror(code)) }
}

extension HTTPServerError {
    /// An error of the system, in words.
    fileprivate init(_ code: CInt) { self.init(String(cString: strerror(code))) }
}
