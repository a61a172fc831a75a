/// Reads records from jsonl files, packed by gzip or not, one file after the other.
///
/// A line that is no record (torn by a crash, of another program) is stepped over and counted; so is one longer than
/// ``lineLimit``, of which no more than that is ever held.
package struct JSONLinesInput: RecordInput {
    /// How long a line may be, in bytes.
    package static let lineLimit = 1 << 20

    private var paths: ArraySlice<String>
    private let chunkSize: Int
    private var file: InputFile?
    private var chunk: [UInt8] = []
    private var position = 0
    private var skipped = 0
    private var damaged: [String] = []

    /// Names the files; they are opened when their turn comes.
    ///
    /// - Parameters:
    ///   - paths: `-` is standard input.
    ///   - chunkSize: How many bytes are read at a time.
    package init(paths: [String], chunkSize: Int = 1 << 18) {
        self.paths = paths[...]
        self.chunkSize = max(1, chunkSize)
    }

    /// Says how many lines were no records, and which packed files are damaged.
    package var notes: [String] {
        let lines = skipped == 0 ? [] : ["\(skipped) \(skipped == 1 ? "line was no record" : "lines were no records")"]
        return lines + damaged.map { "\($0): the packed file is damaged or cut off: its end could not be read" }
    }

    /// Reads on to the next record.
    ///
    /// - Throws: ``ReportError`` if a file cannot be opened or read.
    /// - Complexity: Linear in the line.
    package mutating func nextFields() throws(ReportError) -> RecordFields? {
        while let line = try nextLine() {
            if line.isEmpty { continue }
            if line.count <= Self.lineLimit, let record = RecordFields(jsonLine: line) { return record }
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
