#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files of a listener's TLS, each in PEM form.
public struct TLSFiles: Sendable, Hashable {
    /// The certificate, followed by those that lead to its authority.
    package var certificate: String
    /// Its key, not encrypted.
    package var key: String
    /// The authorities whose certificates clients have to show; nil: none is asked for.
    package var clientCA: String?

    /// Names the files.
    public init(certificate: String, key: String, clientCA: String? = nil) {
        (self.certificate, self.key, self.clientCA) = (certificate, key, clientCA)
    }

    /// By what the files are told from others of the same names.
    struct Stamps: Equatable, Sendable {
        fileprivate var numbers: [Int64] = []
    }

    /// How the files look now, following links; those that are not there have a look, too.
    var stamps: Stamps {
        var stamps = Stamps()
        for path in [certificate, key, clientCA].compactMap({ $0 }) {
            var status = stat()
            guard stat(path, &status) == 0 else {
                stamps.numbers.append(-1)
                continue
            }
            stamps.numbers += [
                Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino),
                Int64(status.st_size),
                Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec),
                Int64(status.st_ctim.tv_nsec),
            ]
        }
        return stamps
    }

    /// What stands in one of them, up to a mebibyte.
    static func contents(of path: String, for file: TLSFileError.File) throws(TLSFileError) -> [UInt8] {
        // A pipe in its place must not hold us up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, file) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var count = 0
        while count < bytes.count {
            let more = bytes[count...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard more >= 0 else { throw unreadable(path, file) }
            if more == 0 { break }
            count += more
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private static func unreadable(_ path: String, _ file: TLSFileError.File) -> TLSFileError {
        TLSFileError(file: file, path: path, reason: "cannot be read: \(String(cString: strerror(errno)))")
    }
}
