internal import AuditCore

/// Lines in one buffer, each with its newline.
struct Lines: Sendable {
    private var buffer: [UInt8] = []
    /// Behind each line's newline.
    private(set) var ends: [Int] = []

    var count: Int { ends.count }

    /// The JSON of entries.
    init(of entries: [AuditEntry]) {
        buffer.reserveCapacity(entries.count * 3072)
        ends.reserveCapacity(entries.count)
        for entry in entries {
            entry.appendJSONLine(to: &buffer)
            buffer.append(UInt8(ascii: "\n"))
            ends.append(buffer.count)
        }
    }

    /// Some of other lines.
    init(of lines: Lines, _ range: Range<Int>) {
        buffer = Array(lines.bytes(of: range))
        let start = range.lowerBound > 0 ? lines.ends[range.lowerBound - 1] : 0
        ends = lines.ends[range].map { $0 - start }
    }

    /// What lines consist of.
    func bytes(of range: Range<Int>) -> ArraySlice<UInt8> {
        guard !range.isEmpty else { return [] }
        return buffer[(range.lowerBound > 0 ? ends[range.lowerBound - 1] : 0)..<ends[range.upperBound - 1]]
    }
}
