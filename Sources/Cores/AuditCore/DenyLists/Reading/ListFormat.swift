/// In which form a list was written or downloaded; told from its content.
enum ListFormat: Equatable {
    /// A line for each entry.
    case lines
    /// A table with a header: one column has the entries, or two have the ends of ranges.
    case table(ListTable)
    /// JSON, or lines of it, with the entries in members of known names.
    case json
    /// Tor's list of exits, of which the `ExitAddress` lines count.
    case torExits

    /// Looks at the beginning of a file.
    ///
    /// - Parameter syntax: Of the list it is for; lists of patterns and of circles have lines only.
    init(of file: [UInt8], _ syntax: ListSyntax) {
        self = .lines
        guard !syntax.memberNames.isEmpty else { return }
        var comment: ArraySlice<UInt8> = []
        var first: ArraySlice<UInt8>?
        // A header is looked for in the first lines only.
        ListLine.forEachRaw(in: Array(file.prefix(16_384))) { _, bytes in
            guard first == nil else { return }
            let text = bytes.drop(while: ListLine.isWhiteSpace)
            guard !text.isEmpty else { return }
            if LineToken(bytes: text).opensComment { comment = text } else { first = text }
        }
        guard let first else { return }
        if first.first == UInt8(ascii: "{") || first.first == UInt8(ascii: "[") {
            self = .json
        } else if syntax.hasRanges, first.starts(with: "ExitNode ".utf8) || first.starts(with: "ExitAddress ".utf8) {
            self = .torExits
        } else if let table = ListTable(header: first, syntax) {
            self = .table(table)
        } else if let table = ListTable(header: comment.drop { "#; ".utf8.contains($0) }, syntax, above: first) {
            self = .table(table)
        }
    }

    /// For an administrator; nil for lines, of which there is nothing to say.
    var description: String? {
        switch self {
        case .lines: nil
        case .table(let table): "a table, of which \(table.columnNames) is read"
        case .json: "JSON"
        case .torExits: "Tor's list of exits"
        }
    }
}
