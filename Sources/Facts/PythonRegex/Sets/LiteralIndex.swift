/// Finds the patterns whose required text stands in a text.
///
/// Each pattern is filed under the required text that the fewest others share, and there under the window that is rarest
/// in the list, so that patterns that have most of their text in common (`.*\.pool-17\.example\.net`) are told apart.
struct LiteralIndex {
    /// Where a literal stands in ``bytes``, and how it is compared.
    struct LiteralReference {
        var start: Int32 = 0
        var count: Int32 = 0
        var foldsCase = false
        var isPrefix = false
        var isSuffix = false
    }

    private struct Entry {
        var pattern: Int32
        /// Where the window begins in the literal.
        var offset: Int32
        var literal: LiteralReference
    }

    private var tables: [WindowTable] = []
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []

    /// Files patterns under their required texts.
    ///
    /// - Parameter required: By pattern number, as in ``RequiredText/anyOf``; empty for a pattern not to be filed.
    init(_ required: [[[RequiredText.Literal]]]) {
        var census = WindowCensus()
        for groups in required { for group in groups { for literal in group { census.count(literal.bytes) } } }
        var filed: [WindowCensus.Window: [Entry]] = [:]
        var known: [RequiredText.Literal: LiteralReference] = [:]
        for (pattern, groups) in required.enumerated() {
            let choices = groups.map { group in group.map { census.choice(for: $0.bytes) } }
            let best = choices.indices.min { one, other in
                let costs = (Self.cost(choices[one]), Self.cost(choices[other]))
                return costs.0 != costs.1 ? costs.0 < costs.1 : Self.least(groups[one]) > Self.least(groups[other])
            }
            guard let best else { continue }
            for (literal, choice) in zip(groups[best], choices[best]) {
                let reference = known[literal] ?? add(literal)
                known[literal] = reference
                filed[choice.window, default: []].append(
                    Entry(pattern: Int32(pattern), offset: Int32(choice.offset), literal: reference))
            }
        }
        for length in [4, 2, 1] {
            var windows: [(window: UInt32, entries: Range<Int>)] = []
            for (window, group) in filed where window.length == length {
                windows.append((window.bytes, entries.count..<(entries.count + group.count)))
                entries += group
            }
            if !windows.isEmpty { tables.append(WindowTable(length: length, windows: windows)) }
        }
    }

    private static func cost(_ choices: [WindowCensus.Choice]) -> Int { choices.reduce(0) { $0 + $1.cost } }

    private static func least(_ literals: [RequiredText.Literal]) -> Int { literals.map(\.bytes.count).min() ?? 0 }

    /// Stores a literal.
    mutating func add(_ literal: RequiredText.Literal) -> LiteralReference {
        defer { bytes += literal.bytes }
        return LiteralReference(
            start: Int32(bytes.count), count: Int32(literal.bytes.count), foldsCase: literal.foldsCase,
            isPrefix: literal.isPrefix, isSuffix: literal.isSuffix)
    }

    /// Puts every pattern whose required text stands in the text into `candidates`.
    ///
    /// - Complexity: Linear in the text, and in how many of the filed windows stand in it; nothing is allocated.
    func find(in text: Span<UInt8>, candidates: inout CandidateSet) {
        for table in tables {
            table.search(text) { start, found in
                for index in found {
                    let entry = entries[index]
                    if stands(entry.literal, in: text, at: start - Int(entry.offset)) {
                        candidates.insert(Int(entry.pattern))
                    }
                }
            }
        }
    }

    /// Whether a literal stands at the start or end of a text where it has to.
    func stands(_ literal: LiteralReference, in text: Span<UInt8>) -> Bool {
        stands(literal, in: text, at: literal.isPrefix ? 0 : text.count - Int(literal.count))
    }

    private func stands(_ literal: LiteralReference, in text: Span<UInt8>, at start: Int) -> Bool {
        let count = Int(literal.count)
        guard start >= 0, start + count <= text.count, !literal.isPrefix || start == 0,
            !literal.isSuffix || start + count == text.count
        else { return false }
        let first = Int(literal.start)
        for index in 0..<count {
            let byte = text[start + index]
            if bytes[first + index] != (literal.foldsCase ? RequiredText.folded(byte) : byte) { return false }
        }
        return true
    }
}
