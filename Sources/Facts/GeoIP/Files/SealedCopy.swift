internal import CMaxMindDB
internal import Glibc

/// A copy of a file in memory that nobody can shorten, lengthen or change.
///
/// libmaxminddb can only map files, and reading a mapped file that someone shortens (`cp new.mmdb City.mmdb`) kills the
/// process with SIGBUS, as `MAP_PRIVATE` would not prevent. So the file is copied into a sealed memfd, and that is what
/// is mapped. The price is the file's size in memory that cannot be dropped (60 MB for GeoLite2-City, 10 MB for ASN)
/// and one sequential read at each change; what is gained beside safety is that a lookup never waits for a disk.
final class SealedCopy {
    /// The largest file taken, in bytes; MaxMind's largest has about 400 MB.
    static let largestFile = 1 << 30

    /// The memfd.
    private let descriptor: CInt
    /// What the file was when it was copied.
    let identity: FileIdentity

    /// Copies a file.
    ///
    /// - Throws: `path: reason`; also if the file was written to meanwhile.
    init(of path: String) throws(GeoFileProblem) {
        func problem(_ reason: String) -> GeoFileProblem { GeoFileProblem(path: path, reason: reason) }
        // Non-blocking, so that opening a pipe does not wait for a writer.
        let source = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else { throw problem(Self.lastError()) }
        defer { close(source) }
        guard let identity = FileIdentity(descriptor: source) else { throw problem(Self.lastError()) }
        guard identity.isRegular else { throw problem("is no regular file") }
        guard identity.size > 0 else { throw problem("is empty") }
        guard identity.size <= Self.largestFile else { throw problem("is larger than \(Self.largestFile) bytes") }

        let closeOnExec: CUnsignedInt = 1
        let allowSealing: CUnsignedInt = 2
        let copy = unsafe memfd_create("mmdb", closeOnExec | allowSealing)
        guard copy >= 0 else { throw problem("no memory for a copy: \(Self.lastError())") }
        self.descriptor = copy
        self.identity = identity

        if let trouble = Self.copyBytes(identity.size, from: source, to: copy) { throw problem(trouble) }
        guard FileIdentity(descriptor: source) == identity else { throw problem("was written to while it was read") }
        let addSeals: CInt = 1033
        let sealAll: CInt = 0xF  // seal, shrink, grow, write
        guard fcntl(copy, addSeals, sealAll) == 0 else { throw problem("cannot seal its copy: \(Self.lastError())") }
    }

    deinit { close(descriptor) }

    /// A path by which this process can open the copy while this object lives.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// The last bytes of the copy, at most `count`.
    func tail(_ count: Int) -> [UInt8] {
        let count = min(count, identity.size)
        let start = identity.size - count
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, start + filled)
                guard got > 0 else { return }
                filled += got
            }
        }
    }

    /// Copies exactly `count` bytes.
    ///
    /// - Returns: What went wrong, if something did.
    private static func copyBytes(_ count: Int, from source: CInt, to copy: CInt) -> String? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer -> String? in
            var left = count
            while left > 0 {
                let got = unsafe read(source, buffer.baseAddress, min(left, buffer.count))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { return lastError() }
                guard got > 0 else { return "was shortened while it was read" }
                var written = 0
                while written < got {
                    let put = unsafe write(copy, buffer.baseAddress?.advanced(by: written), got - written)
                    if put < 0, errno == EINTR { continue }
                    guard put > 0 else { return "no memory for a copy: \(lastError())" }
                    written += put
                }
                left -= got
            }
            return nil
        }
    }

    /// The text of `errno`.
    private static func lastError() -> String { unsafe String(cString: strerror(errno)) }
}
