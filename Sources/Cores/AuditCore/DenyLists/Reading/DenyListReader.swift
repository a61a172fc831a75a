/// Reads the entries of one deny list, whatever form its file has.
public struct DenyListReader {
    let file: DenyListFile
    let compiler: PatternCompiler
    private let entries: ListEntries
    /// What was found wrong so far.
    private(set) var problems: ListProblems
    /// What may not have been meant.
    private(set) var notes: ListProblems
    /// Patterns that are tried one by one.
    private(set) var unindexedPatterns: [RuleReference] = []

    /// - Parameter effect: What the list does.
    init(_ file: DenyListFile, _ syntax: ListSyntax, _ effect: ListEffect, _ compiler: PatternCompiler) {
        self.file = file
        self.compiler = compiler
        entries = ListEntries(file.bytes, syntax, effect)
        problems = ListProblems(file: file.name)
        notes = ListProblems(file: file.name, noun: "doubtful")
    }

    /// In which form the file is, for an administrator; nil if it is the usual one.
    var format: String? { entries.format.description }

    /// Takes a file that has text but no entry for a fault.
    mutating func expectEntries(_ count: Int) {
        if count == 0, problems.count == 0, let format { problems.add(line: 1, "no entry in \(format)") }
    }

    /// Says that a line may not have been meant.
    mutating func note(line: Int, _ reason: String) { notes.add(line: line, reason) }

    /// Calls `body` for each line that may be an entry.
    mutating func eachLine(_ body: (ListLine) -> Void) {
        entries.forEach(problems: &problems, notes: &notes) { line, _ in body(line) }
    }

    /// Calls `body` for each line that may be an entry; it names those that are none.
    mutating func eachEntry(_ body: (ListLine, inout ListProblems) -> Void) {
        entries.forEach(problems: &problems, notes: &notes, body)
    }

    /// Reads a list of literals; the first line of equal ones counts.
    ///
    /// - Parameters:
    ///   - complaint: What is said of an entry that is none.
    ///   - parse: The entry of a line.
    ///   - isRest: Whether what follows an entry is more entries, which the line would silently not be.
    public mutating func literals<Key: Hashable>(
        _ complaint: String, _ parse: (ListLine) -> Key?, isRest: (ArraySlice<UInt8>) -> Bool = { _ in false }
    ) -> IndexedEntries<LiteralIndex<Key>> {
        var index = LiteralIndex<Key>()
        var lines = EntryLines()
        eachEntry { line, problems in
            guard let key = parse(line) else {
                let entry = LineToken(bytes: line.entry).quoted
                return problems.add(line: line.number, column: line.column, "\(entry) \(complaint)")
            }
            let rest = line.bytes[line.entryBeforeComma.endIndex...]
            if let token = line.strayToken
                ?? (isRest(rest) ? LineToken(bytes: rest.drop(while: ListLine.isBlank)) : nil)
            {
                let reason = "\(token.quoted) is no comment (# begins one), and each entry wants a line of its own"
                return problems.add(line: line.number, column: line.column, reason)
            }
            lines.add(line)
            index.add(key, line)
        }
        return IndexedEntries(file: file.name, lines, index)
    }

    /// Reads a list of patterns.
    ///
    /// - Parameter note: What a pattern may not have been meant to say; nil if there is nothing to say.
    mutating func patterns(note: (String) -> String?) -> IndexedEntries<PatternIndex> {
        var columns: [Int: Int] = [:]  // where patterns begin, if not at column 1
        var lastDays: [Int: Day] = [:]
        let lines = patternLines { line in
            if line.column != 1 { columns[line.number] = line.column }
            if let lastDay = line.until { lastDays[line.number] = lastDay }
        }
        for line in lines {
            if let note = note(line.text) { notes.add(line: line.line, note) }
        }
        let compilation = compiler.compile(lines, of: file.name)
        var refused: Set<Int> = []
        for problem in compilation.problems {
            refused.insert(problem.line)
            let column = problem.column.map { $0 + (columns[problem.line] ?? 1) - 1 }
            problems.add(line: problem.line, column: column, problem.reason)
        }
        unindexedPatterns += compilation.unindexedLines.map { RuleReference(file: file.name, line: $0) }
        let good = lines.filter { !refused.contains($0.line) }
        var entries = EntryLines()
        for line in good { entries.add(line.line, until: lastDays[line.line]) }
        let index = PatternIndex(compilation.set, lastDays: lastDays, good) { [compiler] in compiler.set(of: $0) }
        return IndexedEntries(file: file.name, entries, index)
    }

    /// The lines of a list of patterns.
    mutating func patternLines(_ body: (ListLine) -> Void = { _ in }) -> [PatternLine] {
        var lines: [PatternLine] = []
        eachLine { line in
            lines.append(PatternLine(line: line.number, text: line.text))
            body(line)
        }
        return lines
    }
}

extension ListLine {
    /// The entry, and of `AS64496,a name` what stands before the comma.
    var entryBeforeComma: ArraySlice<UInt8> { entry.prefix { $0 != UInt8(ascii: ",") } }

    /// What follows the entry and is no comment: a number, an address, half a range.
    fileprivate var strayToken: LineToken? {
        var tokens = LineTokens(bytes[entryBeforeComma.endIndex...])
        guard let token = tokens.next(), !token.opensComment else { return nil }
        if let dashed = token.afterDash {
            let end = dashed.isEmpty ? tokens.next() : LineToken(bytes: dashed)
            return end?.isWord == true && UInt32(asNumber: end?.bytes ?? []) == nil ? nil : token
        }
        return token.isWord ? nil : token
    }
}
