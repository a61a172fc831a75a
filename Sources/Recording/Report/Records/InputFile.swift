internal import Foundation
internal import Gzip

/// A file that is being read, unpacked on the way if it was packed by gzip; closed with this object.
final class InputFile {
    let path: String
    /// Of a packed file at its end: whether that came too early, or what came was not what had been packed.
    var isDamaged: Bool { gunzip.map { $0.state != .complete } ?? false }

    private let descriptor: Int32
    private var gunzip: Gunzip?
    private var isAtStart = true

    /// - Parameter path: `-` is standard input.
    /// - Throws: ``ReportError`` if it cannot be opened.
    init(_ path: String) throws(ReportError) {
        self.path = path == "-" ? "standard input" : path
        descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.error(self.path) }
    }

    deinit { close(descriptor) }

    /// The next bytes, about `limit` at most; none at the end.
    func read(_ limit: Int) throws(ReportError) -> [UInt8] {
        if isAtStart {
            isAtStart = false
            let start = try readStart(limit)
            guard Gunzip.isGzip(start) else { return start }
            gunzip = Gunzip()
            gunzip?.feed(start)
        }
        guard let gunzip else { return try readRaw(limit) }
        while true {
            let bytes = gunzip.next(limit)
            if !bytes.isEmpty || gunzip.state == .damaged { return bytes }
            let packed = try readRaw(limit)
            if packed.isEmpty { return [] }
            gunzip.feed(packed)
        }
    }

    /// The first bytes, enough of them to tell what they are.
    private func readStart(_ limit: Int) throws(ReportError) -> [UInt8] {
        var start: [UInt8] = []
        while start.count < 3 {
            let more = try readRaw(limit)
            if more.isEmpty { break }
            start += more
        }
        return start
    }

    private func readRaw(_ limit: Int) throws(ReportError) -> [UInt8] {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
                count = Foundation.read(descriptor, buffer.baseAddress, limit)
                initialized = max(0, count)
            }
            if count >= 0 { return bytes }
            guard errno == EINTR else { throw Self.error(path) }
        }
    }

    private static func error(_ path: String) -> ReportError {
        ReportError("\(path): \(String(cString: strerror(errno)))")
    }
}
