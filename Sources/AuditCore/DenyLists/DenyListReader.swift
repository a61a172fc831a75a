/// Reads the entries of one deny list.
struct DenyListReader {
    private let file: DenyListFile
    let kind: DenyListKind
    private let entries: ListEntries
    /// What was found wrong so far.
    private(set) var problems: ListProblems
    /// What may not have been meant.
    private(set) var notes: ListProblems

    init(_ file: DenyListFile, kind: DenyListKind) {
        self.file = file
        self.kind = kind
        entries = ListEntries(file.bytes, kind: kind)
        problems = ListProblems(file: file.name)
        notes = ListProblems(file: file.name, noun: "doubtful")
    }

    /// In which form the file is, for an administrator; nil if it is the usual one.
    var format: String? { entries.format.description }

    /// Takes a file that has text but no entry for a fault.
    mutating func expectEntries(_ count: Int) {
        if count == 0, problems.count == 0, let format { problems.add(line: 1, "no entry in \(format)") }
    }

    mutating func networks() -> DenyList<PrefixTable> {
        var builder = PrefixTable.Builder(capacity: file.bytes.count / 8 + 1)
        var count = 0
        eachNetwork { line, prefixes in
            count += 1
            for prefix in prefixes { builder.add(prefix, number: line.number) }
        }
        return DenyList(file: file.name, count: count, index: PrefixTable(builder, precedence: .first))
    }

    /// Calls `body` for each line of networks; the networks of one line are one, or make up a range.
    mutating func eachNetwork(_ body: (ListLine, [IPPrefix]) -> Void) {
        entries.forEach(problems: &problems, notes: &notes) { line, problems in
            do throws(NetworkLine.Refusal) {
                body(line, try NetworkLine(line).prefixes())
            } catch {
                problems.add(line: line.number, column: line.column, error.reason)
            }
        }
    }

    mutating func countries() -> DenyList<[CountryCode: UInt32]> {
        var doubtful: [(line: Int, note: String)] = []
        let list = literals("is no country code (two letters)") { line -> CountryCode? in
            guard let code = CountryCode(line.entry) else { return nil }
            if let note = ListAdvice.country(code) { doubtful.append((line.number, note)) }
            return code
        } isRest: { rest in
            // "RU BY CN" would be Russia alone.
            var tokens = LineTokens(rest)
            var codes = 0
            while let token = tokens.next() {
                guard CountryCode(token.bytes) != nil, token.bytes.allSatisfy({ $0 & 0x20 == 0 }) else { return false }
                codes += 1
            }
            return codes > 0 && codes < 10
        }
        for (line, note) in doubtful { notes.add(line: line, note) }
        return list
    }

    mutating func entities() -> DenyList<[String: UInt32]> {
        literals("is no handle: it has control characters or a comma") { line in
            let entry = line.entry
            guard !entry.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: ",") }) else { return nil }
            return String(decoding: entry, as: UTF8.self).lowercased()
        }
    }

    mutating func asNumbers() -> DenyList<[UInt32: UInt32]> {
        literals("is no AS number (AS0 to AS4294967295)") { line in
            UInt32(asNumber: line.entryBeforeComma)
        } isRest: { rest in
            var tokens = LineTokens(rest)
            return tokens.next().flatMap { UInt32(asNumber: $0.bytes) } != nil
        }
    }

    mutating func geonameIDs() -> DenyList<[UInt32: UInt32]> {
        literals("is no geoname id (1 to 4294967295)") { line in
            UInt32(decimal: line.entryBeforeComma).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    mutating func circles() -> DenyList<CircleIndex> {
        var circles: [Circle] = []
        entries.forEach(problems: &problems, notes: &notes) { line, problems in
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
        var columns: [Int: Int] = [:]  // where patterns begin, if not at column 1
        let lines = patternLines { line in
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

    /// The lines of a list of patterns.
    mutating func patternLines(_ body: (ListLine) -> Void = { _ in }) -> [PatternLine] {
        var lines: [PatternLine] = []
        entries.forEach(problems: &problems, notes: &notes) { line, _ in
            lines.append(PatternLine(line: line.number, text: line.text))
            body(line)
        }
        for line in lines {
            if let note = ListAdvice.pattern(line.text, kind: kind) { notes.add(line: line.line, note) }
        }
        return lines
    }

    /// Calls `body` for each line that may be an entry.
    mutating func eachLine(_ body: (ListLine) -> Void) {
        entries.forEach(problems: &problems, notes: &notes) { line, _ in body(line) }
    }

    /// Reads a list of literals; the first line of equal ones counts.
    ///
    /// - Parameters:
    ///   - complaint: What is said of an entry that is none.
    ///   - parse: The entry of a line.
    ///   - isRest: Whether what follows an entry is more entries, which the line would silently not be.
    private mutating func literals<Key: Hashable>(
        _ complaint: String, _ parse: (ListLine) -> Key?, isRest: (ArraySlice<UInt8>) -> Bool = { _ in false }
    ) -> DenyList<[Key: UInt32]> {
        var lines: [Key: UInt32] = [:]
        var count = 0
        entries.forEach(problems: &problems, notes: &notes) { line, problems in
            guard let key = parse(line) else {
                let entry = LineToken(bytes: line.entry).quoted
                return problems.add(line: line.number, column: line.column, "\(entry) \(complaint)")
            }
            let rest = line.bytes[line.entryBeforeComma.endIndex...]
            if let token = line.strayToken ?? (isRest(rest) ? LineToken(bytes: rest.drop(while: ListLine.isBlank)) : nil) {
                let reason = "\(token.quoted) is no comment (# begins one), and each entry wants a line of its own"
                return problems.add(line: line.number, column: line.column, reason)
            }
            count += 1
            if lines[key] == nil { lines[key] = UInt32(clamping: line.number) }
        }
        return DenyList(file: file.name, count: count, index: lines)
    }
}

extension ListLine {
    /// The entry, and of `AS64496,a name` what stands before the comma.
    fileprivate var entryBeforeComma: ArraySlice<UInt8> { entry.prefix { $0 != UInt8(ascii: ",") } }

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

extension UInt32 {
    /// Reads `AS3209`, `3209`, and `AS1.10` or `1.10` (RFC 5396, asdot: 65546).
    fileprivate init?(asNumber text: ArraySlice<UInt8>) {
        let hasPrefix = text.prefix(2).elementsEqual("AS".utf8) { $0 & ~0x20 == $1 }
        let digits = hasPrefix ? text.dropFirst(2) : text
        guard let dot = digits.firstIndex(of: UInt8(ascii: ".")) else {
            self.init(decimal: digits)
            return
        }
        guard let high = UInt32(decimal: digits[..<dot]), let low = UInt32(decimal: digits[(dot + 1)...]), high <= 0xFFFF,
            low <= 0xFFFF
        else { return nil }
        self = high << 16 | low
    }
}
