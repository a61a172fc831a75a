/// The entries of a list file, whatever form it has.
struct ListEntries {
    /// In which form they stand.
    let format: ListFormat
    private let file: [UInt8]
    private let syntax: ListSyntax
    private let effect: ListEffect

    init(_ file: [UInt8], _ syntax: ListSyntax, _ effect: ListEffect) {
        self.file = file
        self.syntax = syntax
        self.effect = effect
        format = ListFormat(of: file, syntax)
    }

    /// Calls `body` for every entry, in order.
    ///
    /// - Complexity: Linear in the size of the file.
    func forEach(
        problems: inout ListProblems, notes: inout ListProblems, _ body: (ListLine, inout ListProblems) -> Void
    ) {
        switch format {
        case .lines:
            ListLine.forEach(
                in: file, comments: syntax.comments, effect: effect, problems: &problems, notes: &notes, body)
        case .json:
            var json = ListJSON(file, names: syntax.memberNames)
            json.forEach(problems: &problems, body)
        case .table(let table):
            rows(&problems, &notes) { line, problems in
                guard !table.isHeader(line.bytes, syntax) else { return }
                guard let entry = table.entry(line.bytes), !entry.isEmpty else {
                    return problems.add(line: line.number, "the row has no cell in \(table.columnNames)")
                }
                body(ListLine(number: line.number, column: line.column, bytes: entry[...]), &problems)
            }
        case .torExits:
            rows(&problems, &notes) { line, problems in
                var tokens = LineTokens(line.bytes)
                guard tokens.next()?.bytes.elementsEqual("ExitAddress".utf8) == true, let address = tokens.next() else {
                    return
                }
                body(ListLine(number: line.number, column: line.column, bytes: address.bytes), &problems)
            }
        }
    }

    private func rows(
        _ problems: inout ListProblems, _ notes: inout ListProblems, _ body: (ListLine, inout ListProblems) -> Void
    ) {
        ListLine.forEach(
            in: file, comments: .ofLiterals, effect: effect, endings: false, problems: &problems, notes: &notes, body)
    }
}
