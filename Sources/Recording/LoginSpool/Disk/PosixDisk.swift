internal import Glibc

/// A directory of its own (mode 0700), locked against other processes while this object lives.
@safe package final class PosixDisk: SpoolDisk {
    private let path: String
    private let lock: FileDescriptor
    private let syncsDirectory: Bool
    /// Bytes of the lock file that are there from the start, so that a full disk takes notes.
    private static let noteSize = 16_384

    /// Makes the directory if need be and locks it.
    ///
    /// - Throws: ``SpoolError``; with `EWOULDBLOCK` another process has it.
    package init(path: String, syncsDirectory: Bool) throws(SpoolError) {
        self.path = path
        self.syncsDirectory = syncsDirectory
        try Self.makeDirectory(path)
        lock = try FileDescriptor(opening: path + "/lock", flags: O_RDWR | O_CREAT)
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw Self.error("lock", path, code) }
            throw SpoolError(
                "lock", path: path, code: code, reason: "another process uses this state directory; only one may")
        }
        // What cannot be reserved is taken when it is needed.
        let size = (try? note().count) ?? Self.noteSize
        if size < Self.noteSize {
            try? Self.write(Array(repeating: 0, count: Self.noteSize - size), to: lock, at: size)
        }
    }

    /// The note stands in the lock file.
    package func note() throws(SpoolError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let count = bytes.count
            let more = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
                filled = max(0, unsafe pread(lock.number, buffer.baseAddress, buffer.count, count))
            }
            guard !more.isEmpty else { return bytes }
            bytes += more
        }
    }

    /// Leaves a note in the lock's file, or none where it cannot be written whole.
    package func leave(note: [UInt8]) throws(SpoolError) {
        do throws(SpoolError) {
            try Self.write(note, to: lock, at: 0)
        } catch {
            guard ftruncate(lock.number, 0) == 0 else { throw error }
        }
    }

    private static func write(_ bytes: [UInt8], to file: FileDescriptor, at offset: Int) throws(SpoolError) {
        var code: Int32 = 0
        unsafe bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                let wrote = unsafe pwrite(file.number, rest.baseAddress, rest.count, offset + done)
                if wrote < 0, errno == EINTR { continue }
                guard wrote > 0 else {
                    code = wrote < 0 ? errno : ENOSPC
                    return
                }
                done += wrote
            }
        }
        guard code == 0 else { throw error("write", "lock", code) }
    }

    /// The names in the directory, without those of itself and of the one above.
    package func names() throws(SpoolError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw Self.error("read", path, errno) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// A new file, which must not be there; makes the directory if that is gone.
    package func create(_ name: String) throws(SpoolError) -> any SpoolFile {
        let file: PosixFile
        do {
            file = try PosixFile(path: path + "/" + name, flags: O_RDWR | O_APPEND | O_CREAT | O_EXCL)
        } catch {
            guard error.code == ENOENT else { throw error }
            try Self.makeDirectory(path)
            file = try PosixFile(path: path + "/" + name, flags: O_RDWR | O_APPEND | O_CREAT | O_EXCL)
        }
        if syncsDirectory {
            let directory = try FileDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
            guard fsync(directory.number) == 0 else { throw Self.error("fsync", path, errno) }
        }
        return file
    }

    /// A file that is there, to read and to append to.
    package func open(_ name: String) throws(SpoolError) -> any SpoolFile {
        try PosixFile(path: path + "/" + name, flags: O_RDWR | O_APPEND)
    }

    /// Removes a file; one that is gone is no error.
    package func remove(_ name: String) throws(SpoolError) {
        guard unsafe unlink(path + "/" + name) == 0 || errno == ENOENT else {
            throw Self.error("remove", path + "/" + name, errno)
        }
    }

    /// Renames a file, in one step.
    package func rename(_ name: String, to newName: String) throws(SpoolError) {
        guard unsafe Glibc.rename(path + "/" + name, path + "/" + newName) == 0 else {
            throw Self.error("rename", path + "/" + name, errno)
        }
    }

    static func error(_ operation: String, _ path: String, _ code: Int32) -> SpoolError {
        SpoolError(operation, path: path, code: code, reason: unsafe String(cString: strerror(code)))
    }

    /// Makes a directory and those above it.
    private static func makeDirectory(_ path: String) throws(SpoolError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let code = errno
        guard code == ENOENT, let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex else {
            throw error("mkdir", path, code)
        }
        try makeDirectory(String(path[..<slash]))
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw error("mkdir", path, errno) }
    }
}
