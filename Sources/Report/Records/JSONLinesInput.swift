internal import Foundation

/// Reads records from jsonl files, one file after the other.
///
/// A line that is no record (torn by a crash, of another program) is stepped over and counted; so is one longer than
/// ``lineLimit``, of which no more than that is ever held.
public struct JSONLinesInput: ReportInput {
    /// How long a line may be, in bytes.
    public static let lineLimit = 1 << 20

    private var paths: ArraySlice<String>
    private let chunkSize: Int
    private var file: OpenFile?
    private var chunk: [UInt8] = []
    private var position = 0
    private var skipped = 0

    /// Names the files; they are opened when their turn comes.
    ///
    /// - Parameters:
    ///   - paths: `-` is standard input.
    ///   - chunkSize: How many bytes are read at a time.
    public init(paths: [String], chunkSize: Int = 1 << 18) {
        self.paths = paths[...]
        self.chunkSize = max(1, chunkSize)
    }

    /// Says how many lines were no records.
    public var notes: [String] {
        skipped == 0 ? [] : ["\(skipped) \(skipped == 1 ? "line was no record" : "lines were no records")"]
    }

    /// Reads on to the next record.
    ///
    /// - Throws: ``ReportError`` if a file cannot be opened or read.
    /// - Complexity: Linear in the line.
    public mutating func next() throws(ReportError) -> ReportRecord? {
        while let line = try nextLine() {
            if line.isEmpty { continue }
            if line.count <= Self.lineLimit, let record = ReportRecord(jsonLine: line) { return record }
            skipped += 1
        }
        return nil
    }

    /// The next line without its end; of one beyond the limit, its beginning, which is beyond the limit too.
    private mutating func nextLine() throws(ReportError) -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            guard let file else {
                guard let path = paths.popFirst() else { return nil }
                file = try OpenFile(path)
                continue
            }
            if position == chunk.count {
                chunk = try file.read(chunkSize)
                position = 0
                if chunk.isEmpty {
                    self.file = nil
                    if line.isEmpty { continue }
                    return line
                }
            }
            let end = chunk[position...].firstIndex(of: UInt8(ascii: "\n"))
            if line.count <= Self.lineLimit { line += chunk[position..<(end ?? chunk.count)] }
            position = end.map { $0 + 1 } ?? chunk.count
            if end != nil { return line }
        }
    }
}

/// A file that is being read, closed with this object.
private final class OpenFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(ReportError) {
        self.path = path == "-" ? "standard input" : path
        descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.error(self.path) }
    }

    deinit { close(descriptor) }

    /// The next bytes, at most `limit`; none at the end.
    func read(_ limit: Int) throws(ReportError) -> [UInt8] {
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
