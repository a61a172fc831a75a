/// Reads the lines of one deny list.
struct DenyListReader {
    private let file: DenyListFile
    /// What was found wrong so far.
    private(set) var problems: ListProblems

    init(_ file: DenyListFile) {
        self.file = file
        problems = ListProblems(file: file.name)
    }

    mutating func networks() -> DenyList<PrefixTable> {
        var builder = PrefixTable.Builder(capacity: file.bytes.count / 8 + 1)
        ListLine.forEach(in: file.bytes, problems: &problems) { line, problems in
            if let prefix = IPPrefix(utf8: line.entry) {
                builder.add(prefix, number: line.number)
            } else {
                problems.add(
                    line: line.number, column: line.column, "\(quoted(line.entry)) is no address and no network")
            }
        }
        let table = PrefixTable(builder, precedence: .first)
        return DenyList(file: file.name, count: table.count, index: table)
    }

    mutating func countries() -> DenyList<[CountryCode: UInt32]> {
        literals("is no country code (two letters)") { CountryCode($0) }
    }

    mutating func entities() -> DenyList<[String: UInt32]> {
        literals("is no handle: it has control characters") { entry in
            guard !entry.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
            return String(decoding: entry, as: UTF8.self).lowercased()
        }
    }

    mutating func asNumbers() -> DenyList<[UInt32: UInt32]> {
        literals("is no AS number (AS0 to AS4294967295)") { entry in
            let hasPrefix = entry.prefix(2).elementsEqual("AS".utf8) { $0 & ~0x20 == $1 }
            return UInt32(decimal: hasPrefix ? entry.dropFirst(2) : entry)
        }
    }

    mutating func geonameIDs() -> DenyList<[UInt32: UInt32]> {
        literals("is no geoname id (1 to 4294967295)") { UInt32(decimal: $0).flatMap { $0 > 0 ? $0 : nil } }
    }

    mutating func circles() -> DenyList<CircleIndex> {
        var circles: [Circle] = []
        ListLine.forEach(in: file.bytes, problems: &problems) { line, problems in
            switch CircleLine(line).circle {
            case .success(let circle): circles.append(circle)
            case .failure(let refusal): problems.add(line: line.number, column: refusal.column, refusal.reason)
            }
        }
        return DenyList(file: file.name, count: circles.count, index: CircleIndex(circles))
    }

    mutating func patterns(
        _ engine: any PatternEngine, _ matching: PatternMatching, _ onLimit: @escaping @Sendable (ListProblem) -> Void
    ) -> (DenyList<any PatternSet>, unindexed: [RuleReference]) {
        var lines: [PatternLine] = []
        var columns: [Int: Int] = [:]  // where patterns begin, if not at column 1
        ListLine.forEach(in: file.bytes, problems: &problems) { line, _ in
            lines.append(PatternLine(line: line.number, text: line.text))
            if line.column != 1 { columns[line.number] = line.column }
        }
        let name = file.name
        let compilation = engine.compile(lines, matching: matching) { problem in
            onLimit(ListProblem(file: name, line: problem.line, reason: problem.reason))
        }
        for problem in compilation.problems {
            let column = problem.column.map { $0 + (columns[problem.line] ?? 1) - 1 }
            problems.add(line: problem.line, column: column, problem.reason)
        }
        return (
            DenyList(file: name, count: compilation.set.count, index: compilation.set),
            compilation.unindexedLines.map { RuleReference(file: name, line: $0) }
        )
    }

    /// Reads a list of literals; the first line of equal ones counts.
    private mutating func literals<Key: Hashable>(
        _ complaint: String, _ parse: (ArraySlice<UInt8>) -> Key?
    ) -> DenyList<[Key: UInt32]> {
        var lines: [Key: UInt32] = [:]
        var count = 0
        ListLine.forEach(in: file.bytes, problems: &problems) { line, problems in
            guard let key = parse(line.entry) else {
                problems.add(line: line.number, column: line.column, "\(quoted(line.entry)) \(complaint)")
                return
            }
            count += 1
            if lines[key] == nil { lines[key] = UInt32(clamping: line.number) }
        }
        return DenyList(file: file.name, count: count, index: lines)
    }
}

/// What a line says, short enough for a message.
private func quoted(_ entry: ArraySlice<UInt8>) -> String {
    "\"\(String(decoding: entry.prefix(240), as: UTF8.self).visible(limit: 60))\""
}
