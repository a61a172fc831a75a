internal import Glibc

/// A file of a spool in the file system (mode 0600).
@safe final class PosixFile: SpoolFile {
    private let path: String
    private let descriptor: FileDescriptor

    init(path: String, flags: Int32) throws(SpoolError) {
        self.path = path
        descriptor = try FileDescriptor(opening: path, flags: flags)
    }

    func size() throws(SpoolError) -> Int { Int(try status().st_size) }

    var isLinked: Bool { (try? status().st_nlink) ?? 0 > 0 }

    func read(at offset: Int, count: Int) throws(SpoolError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let got = unsafe pread(descriptor.number, rest.baseAddress, rest.count, offset + filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                guard got > 0 else { return }
                filled += got
            }
        }
        guard code == 0 else { throw PosixDisk.error("read", path, code) }
        return bytes
    }

    func append(_ bytes: [UInt8]) throws(SpoolError) {
        var code: Int32 = 0
        unsafe bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                let wrote = unsafe write(descriptor.number, rest.baseAddress, rest.count)
                if wrote < 0, errno == EINTR { continue }
                guard wrote > 0 else {
                    code = wrote < 0 ? errno : ENOSPC
                    return
                }
                done += wrote
            }
        }
        guard code == 0 else { throw PosixDisk.error("write", path, code) }
    }

    func truncate(to size: Int) throws(SpoolError) {
        guard ftruncate(descriptor.number, size) == 0 else { throw PosixDisk.error("truncate", path, errno) }
    }

    func sync() throws(SpoolError) {
        guard fdatasync(descriptor.number) == 0 else { throw PosixDisk.error("fdatasync", path, errno) }
    }

    private func status() throws(SpoolError) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor.number, &status) == 0 else { throw PosixDisk.error("stat", path, errno) }
        return status
    }
}
