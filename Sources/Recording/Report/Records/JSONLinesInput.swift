package import AuditCore

/// Reads records from jsonl files, packed by gzip or not, one file after the other.
///
/// A line that is no record (torn by a crash, of another program) is stepped over and counted; so is one longer than
/// ``lineLimit``, of which no more than that is ever held.
package struct JSONLinesInput: RecordInput {
    /// How long a line may be, in bytes.
    package static let lineLimit = 1 << 20

    /// What some editors put before the text.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private var paths: ArraySlice<String>
    private let horizon: Timestamp?
    private let chunkSize: Int
    private var file: InputFile?
    private var chunk: [UInt8] = []
    private var position = 0
    /// Whether the next line is a file's first.
    private var isAtStart = false
    private var skipped = 0
    private var toCome = 0
    private var damaged: [String] = []

    /// Names the files; they are opened when their turn comes.
    ///
    /// - Parameters:
    ///   - paths: `-` is standard input.
    ///   - horizon: Records from after it are noted, for the clock was wrong when they were written, or is now; nil: none are.
    ///   - chunkSize: How many bytes are read at a time.
    package init(paths: [String], horizon: Timestamp? = nil, chunkSize: Int = 1 << 18) {
        self.paths = paths[...]
        self.horizon = horizon
        self.chunkSize = max(1, chunkSize)
    }

    /// Says how many lines were no records, how many are of a time to come, and which packed files are damaged.
    package var notes: [String] {
        let lines = skipped == 0 ? [] : ["\(skipped) \(skipped == 1 ? "line was no record" : "lines were no records")"]
        let records =
            toCome == 0
            ? [] : ["\(toCome) \(toCome == 1 ? "record is" : "records are") of a time to come: is a clock wrong?"]
        return lines + records
            + damaged.map { "\($0): the packed file is damaged or cut off: its end could not be read" }
    }

    /// Reads on to the next record.
    ///
    /// - Throws: ``ReportError`` if a file cannot be opened or read.
    /// - Complexity: Linear in the line.
    package mutating func nextFields() throws(ReportError) -> RecordFields? {
        while var line = try nextLine() {
            if isAtStart, line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
            isAtStart = false
            if line.isEmpty { continue }
            if line.count <= Self.lineLimit, let record = RecordFields(jsonLine: line) {
                if let horizon, record.time > horizon { toCome += 1 }
                return record
            }
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
                file = try InputFile(path)
                isAtStart = true
                continue
            }
            if position == chunk.count {
                chunk = try file.read(chunkSize)
                position = 0
                if chunk.isEmpty {
                    if file.isDamaged { damaged.append(file.path) }
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
