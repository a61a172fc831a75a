internal import Glibc

/// The file that known networks outlive a process in: a line that says what it is, a key, and 20 bytes for each success, the
/// latest last. Mode 0600.
///
/// A record that is damaged is a digest that nobody has; half of one at the end is cut off. Nothing is synced but a file that is
/// written anew, before it takes the place of the old one.
struct KnownNetworksFile {
    typealias Record = KnownNetworkTable.Record

    private static let title = Array("web-auth known networks 1\n".utf8)
    private static let headLength = title.count + DigestKey.length
    private static let recordLength = 20

    private let path: String
    private let recordBound: Int
    private var descriptor: OpenFile
    private var key: [UInt8]
    private var count: Int
    private var tidyAt: Int
    private var isFailing = false

    /// Opens the file, or makes it.
    ///
    /// - Parameters:
    ///   - recordBound: How many records it may hold before it is full; one that has more, as the bound was once higher, is
    ///     full at once.
    ///   - unreadable: Told why what is there cannot be used; it is then kept beside, as `.broken`.
    /// - Returns: The file, its key, and its latest records, the latest last.
    static func open(
        _ path: String, recordBound: Int, unreadable: (String) -> Void
    ) throws(KnownNetworksError) -> (file: KnownNetworksFile, key: [UInt8], records: [Record]) {
        let descriptor = try OpenFile(path)
        let size = try descriptor.size()
        let head = try descriptor.read(min(size, headLength), at: 0)
        if size > 0, head.count < headLength || !head.starts(with: title) {
            unreadable("it is no file of known networks, or damaged")
            guard unsafe rename(path, path + ".broken") == 0 else { throw KnownNetworksError("rename", errno) }
        } else if size > 0 {
            let all = (size - headLength) / recordLength
            let key = Array(head.dropFirst(title.count))
            let file = KnownNetworksFile(
                path: path, recordBound: recordBound, descriptor: descriptor, key: key, count: all)
            return (file, key, try file.records())
        }
        let key = DigestKey.randomBytes()
        var file = KnownNetworksFile(path: path, recordBound: recordBound, descriptor: descriptor, key: key, count: 0)
        try file.replace(with: [])
        return (file, key, [])
    }

    private init(path: String, recordBound: Int, descriptor: OpenFile, key: [UInt8], count: Int) {
        (self.path, self.recordBound, self.descriptor) = (path, recordBound, descriptor)
        (self.key, self.count, tidyAt) = (key, count, recordBound)
    }

    /// Whether it is to be replaced by one without what no longer matters. Should that fail, it is tried again when a
    /// sixteenth more has come; at twice its bound the file takes no more, and it is tried each time.
    var isFull: Bool { count >= min(tidyAt, 2 * recordBound) }

    /// The latest records, as many as it may hold, the latest last.
    func records() throws(KnownNetworksError) -> [Record] {
        let kept = min(count, recordBound)
        let offset = Self.headLength + (count - kept) * Self.recordLength
        let bytes = try descriptor.read(kept * Self.recordLength, at: offset)
        return stride(from: 0, through: bytes.count - Self.recordLength, by: Self.recordLength).map { start in
            func number<Number: FixedWidthInteger>(_ range: Range<Int>) -> Number {
                range.reduce(0) { $0 << 8 | Number(bytes[start + $1]) }
            }
            return Record(
                pair: KnownNetworks.Pair(account: number(0..<8), network: number(8..<16)), minute: number(16..<20))
        }
    }

    /// Adds records. Where that fails none counts as added, and the next ones take their place.
    mutating func append(_ records: [Record]) throws(KnownNetworksError) {
        guard count < 2 * recordBound else { throw KnownNetworksError("write", EFBIG) }
        try descriptor.write(Self.bytes(of: records), at: Self.headLength + count * Self.recordLength)
        count += records.count
        isFailing = false
    }

    /// Writes the file anew, with these records alone.
    mutating func replace(with records: [Record]) throws(KnownNetworksError) {
        tidyAt = max(tidyAt, count) + recordBound / 16 + 1
        let fresh = path + ".new"
        _ = unsafe unlink(fresh)
        let descriptor = try OpenFile(fresh)
        try descriptor.write(Self.title + key + Self.bytes(of: records), at: 0)
        guard fdatasync(descriptor.number) == 0 else { throw KnownNetworksError("sync", errno) }
        guard unsafe rename(fresh, path) == 0 else { throw KnownNetworksError("rename", errno) }
        (self.descriptor, count, tidyAt) = (descriptor, records.count, recordBound)
    }

    /// Notes that it could not be written.
    ///
    /// - Returns: Its path, the first time since it could.
    mutating func failed() -> String? {
        defer { isFailing = true }
        return isFailing ? nil : path
    }

    private static func bytes(of records: [Record]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.count * recordLength)
        func add<Number: FixedWidthInteger>(_ number: Number) {
            for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
            }
        }
        for record in records {
            add(record.pair.account)
            add(record.pair.network)
            add(record.minute)
        }
        return bytes
    }
}

/// Why the file of known networks could not be used.
struct KnownNetworksError: Error, CustomStringConvertible {
    let description: String

    init(_ action: String, _ code: Int32) { description = "\(action): \(unsafe String(cString: strerror(code)))" }
}

/// A file that is open for reading and writing, for its owner only; closed when the last reference goes.
private final class OpenFile: Sendable {
    let number: Int32

    init(_ path: String) throws(KnownNetworksError) {
        number = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard number >= 0 else { throw KnownNetworksError("open", errno) }
        guard fchmod(number, 0o600) == 0 else { throw KnownNetworksError("chmod", errno) }
    }

    deinit { if number >= 0 { close(number) } }

    func size() throws(KnownNetworksError) -> Int {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw KnownNetworksError("stat", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw KnownNetworksError("open", EINVAL) }
        return status.st_size
    }

    func read(_ length: Int, at offset: Int) throws(KnownNetworksError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        var done = 0
        while done < length {
            let (count, code) = unsafe bytes.withUnsafeMutableBytes { bytes in
                let count = unsafe pread(number, bytes.baseAddress?.advanced(by: done), length - done, offset + done)
                return (count, errno)
            }
            if count < 0, code == EINTR { continue }
            guard count >= 0 else { throw KnownNetworksError("read", code) }
            if count == 0 { break }
            done += count
        }
        return Array(bytes.prefix(done))
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(KnownNetworksError) {
        var done = 0
        while done < bytes.count {
            let (count, code) = unsafe bytes.withUnsafeBytes { bytes in
                let rest = unsafe bytes.baseAddress?.advanced(by: done)
                let count = unsafe pwrite(number, rest, bytes.count - done, off_t(offset + done))
                return (count, errno)
            }
            if count < 0, code == EINTR { continue }
            guard count > 0 else { throw KnownNetworksError("write", code) }
            done += count
        }
    }
}
