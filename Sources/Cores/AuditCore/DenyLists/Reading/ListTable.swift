/// A table with a header, its cells between commas, semicolons or tabs, in quotes or not (RFC 4180, a record a line).
struct ListTable: Equatable {
    private let separator: UInt8
    /// The column with the entries, or those with the first and last address of a range.
    private let columns: [Int]
    /// As the header has them, for a message.
    let columnNames: String

    /// Pairs of columns that make up a range.
    private static let ranges = [
        ("start", "end"), ("start_ip", "end_ip"), ("ip_start", "ip_end"), ("range_start", "range_end"),
        ("first", "last"),
        ("start_address", "end_address"), ("begin", "end"), ("from", "to"), ("ip_from", "ip_to"),
    ]

    /// Takes a header; nil if no column of it has entries of the list.
    ///
    /// - Parameter above: The line below, if the header is a comment: it must have as many cells.
    init?(header: ArraySlice<UInt8>, _ syntax: ListSyntax, above: ArraySlice<UInt8>? = nil) {
        let separator =
            [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")].first { header.contains($0) }
            ?? UInt8(ascii: ",")
        let names = Self.cells(header, separator).map { String(decoding: $0, as: UTF8.self).lowercased() }
        if let above, names.count < 2 || Self.cells(above, separator).count != names.count { return nil }
        // A single word may be an entry.
        if names.count < 2, !syntax.headersMayBeOneWord { return nil }
        if let name = syntax.memberNames.first(where: { names.contains($0) }), let column = names.firstIndex(of: name) {
            (columns, columnNames) = ([column], "the column \(name)")
        } else if syntax.hasRanges,
            let (first, last) = Self.ranges.first(where: { names.contains($0.0) && names.contains($0.1) }),
            let start = names.firstIndex(of: first), let end = names.firstIndex(of: last)
        {
            (columns, columnNames) = ([start, end], "what lies from \(first) to \(last)")
        } else {
            return nil
        }
        // "CC,AS" may be two countries: only a longer name is a header for sure.
        guard
            names.contains(where: { $0.utf8.count > 2 && syntax.memberNames.contains($0) })
                || syntax.columnsOfShortHeader.map({ names.count >= $0 }) ?? false
        else { return nil }
        self.separator = separator
    }

    /// The entry of a row; nil if the row has too few cells. A range is written `first-last`.
    func entry(_ row: ArraySlice<UInt8>) -> [UInt8]? {
        let cells = Self.cells(row, separator)
        guard columns.allSatisfy({ $0 < cells.count }) else { return nil }
        return Array(columns.map { cells[$0] }.joined(separator: [UInt8(ascii: "-")]))
    }

    /// Whether a row repeats the header, as joined files do.
    func isHeader(_ row: ArraySlice<UInt8>, _ syntax: ListSyntax) -> Bool { ListTable(header: row, syntax) == self }

    private static func cells(_ row: ArraySlice<UInt8>, _ separator: UInt8) -> [[UInt8]] {
        var cells: [[UInt8]] = [[]]
        var isQuoted = false
        for byte in row {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()  // a doubled one is none of an entry's characters
            case separator where !isQuoted: cells.append([])
            default: cells[cells.count - 1].append(byte)
            }
        }
        return cells.map { cell in
            let start = cell.drop { $0 <= 0x20 }
            return Array(start.prefix((start.lastIndex { $0 > 0x20 } ?? start.startIndex - 1) + 1 - start.startIndex))
        }
    }
}
