/// Text that stands in everything a pattern matches.
struct RequiredText {
    /// One piece of text, as UTF-8.
    struct Literal: Hashable {
        var bytes: [UInt8]
        /// Whether ASCII case is ignored; `bytes` are lower case then.
        var foldsCase: Bool
        /// Whether it stands at the start of the text.
        var isPrefix: Bool
        /// Whether it stands at the end of the text.
        var isSuffix: Bool
    }

    /// Of each group of literals at least one stands in every text that matches.
    private(set) var anyOf: [[Literal]] = []
    /// The least length of a text that matches, in bytes.
    private(set) var leastLength = 0

    /// What every match begins and ends with, if that is one literal each.
    var prefix: Literal? { anyOf.first { $0.count == 1 && $0[0].isPrefix }?[0] }
    var suffix: Literal? { anyOf.first { $0.count == 1 && $0[0].isSuffix }?[0] }

    /// More alternatives than this are not followed.
    private static let mostAlternatives = 16
    private static let mostBytes = 256

    /// The text before which nothing variable stands, as it may be spelled.
    private var run: [[UInt8]] = [[]]
    private var runFoldsCase = false
    private var runIsPrefix: Bool

    /// How many more nodes are looked at; repetitions within repetitions are looked at more than once.
    private var budget: Int

    /// Finds what a pattern requires.
    init(of pattern: ParsedPattern, matching whole: Bool) {
        self.init(pattern.nodes, pattern.flags, isPrefix: true)
        endRun(isSuffix: whole)
    }

    private init(_ nodes: [PatternNode], _ flags: PatternFlags, isPrefix: Bool, budget: Int = 2_000) {
        runIsPrefix = isPrefix
        self.budget = budget
        visit(nodes, flags)
    }

    /// Whether it has seen nothing but the text in `run`.
    private var isExact: Bool { runIsPrefix && anyOf.isEmpty }

    private mutating func visit(_ nodes: [PatternNode], _ flags: PatternFlags) {
        for node in nodes { visit(node, flags) }
    }

    private mutating func visit(_ node: PatternNode, _ flags: PatternFlags) {
        budget -= 1
        if budget < 0 { return skip(leastLength: 0) }
        switch node {
        case .literal(let value)
        where value < 0x80 && run.count == 1 && run[0].count < Self.mostBytes && !runFoldsCase
            && !flags.contains(.ignoreCase):  // the most common case, in place
            run[0].append(UInt8(value))
            leastLength += 1
        case .literal(let value): append([value], flags)
        case .set(let set) where !set.negated && set.items.count <= 4:
            var values: [UInt32] = []
            for item in set.items {
                guard case .scalar(let value) = item else { return skip(leastLength: 1) }
                values.append(value)
            }
            append(values, flags)
        case .any, .set: skip(leastLength: 1)
        case .position, .look: break  // takes no text: what stands before and after it adjoins
        case .group(_, let adding, let removing, let nodes):
            visit(nodes, flags.inside(adding: adding, removing: removing))
        case .atomic(let nodes): visit(nodes, flags)
        case .reference, .conditional: skip(leastLength: 0)
        case .repeated(let minimum, let maximum, _, let nodes):
            let rounds = min(minimum, 4)
            for _ in 0..<rounds { visit(nodes, flags) }
            if minimum != maximum || minimum > rounds { skip(leastLength: 0) }
        case .branch(let branches): visit(branches: branches, flags)
        }
    }

    /// One character out of these.
    private mutating func append(_ values: [UInt32], _ flags: PatternFlags) {
        var spellings: [[UInt8]] = []
        for value in values {
            guard let spelling = Self.spelling(value, flags) else { return skip(leastLength: 1) }
            if !spellings.contains(spelling) { spellings.append(spelling) }
        }
        append(spellings, foldsCase: flags.contains(.ignoreCase))
    }

    private mutating func append(_ spellings: [[UInt8]], foldsCase: Bool) {
        leastLength += spellings.map(\.count).min() ?? 0
        let longest = (run.first?.count ?? 0) + (spellings.first?.count ?? 0)
        if run.count * spellings.count > Self.mostAlternatives || longest > Self.mostBytes {
            endRun(isSuffix: false)
        }
        run = run.flatMap { start in spellings.map { start + $0 } }
        if foldsCase, !runFoldsCase {
            runFoldsCase = true
            run = run.map { $0.map(Self.folded) }
        } else if runFoldsCase, !foldsCase {
            run = run.map { $0.map(Self.folded) }
        }
    }

    /// A character as bytes; nil if it cannot be told from its first spelling what it matches.
    private static func spelling(_ value: UInt32, _ flags: PatternFlags) -> [UInt8]? {
        guard let scalar = Unicode.Scalar(value) else { return nil }
        if flags.contains(.ignoreCase) {
            // Letters with partners outside of ASCII end the run, so that none of their spellings is missed.
            guard value < 0x80 else { return nil }
            let lower = folded(UInt8(value))
            if !flags.contains(.ascii), [0x69, 0x6B, 0x73].contains(lower) { return nil }
            return [lower]
        }
        return Array(String(scalar).utf8)
    }

    static func folded(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// Something variable stands here.
    private mutating func skip(leastLength length: Int) {
        endRun(isSuffix: false)
        leastLength += length
    }

    private mutating func endRun(isSuffix: Bool) {
        if run.allSatisfy({ !$0.isEmpty }) {
            anyOf.append(
                run.map { Literal(bytes: $0, foldsCase: runFoldsCase, isPrefix: runIsPrefix, isSuffix: isSuffix) })
        }
        run = [[]]
        runFoldsCase = false
        runIsPrefix = false
    }

    private mutating func visit(branches: [[PatternNode]], _ flags: PatternFlags) {
        var parts: [RequiredText] = []
        for branch in branches {
            parts.append(RequiredText(branch, flags, isPrefix: true, budget: budget))
            budget = max(0, parts[parts.count - 1].budget)
        }
        if parts.allSatisfy(\.isExact), parts.reduce(0, { $0 + $1.run.count }) <= Self.mostAlternatives {
            let folds = parts.contains(where: \.runFoldsCase)
            let spellings = parts.flatMap { $0.run }
            return append(folds ? spellings.map { $0.map(Self.folded) } : spellings, foldsCase: folds)
        }
        let isAtStart = runIsPrefix && run == [[]]
        skip(leastLength: parts.map(\.leastLength).min() ?? 0)
        var choices: [Literal] = []
        for index in parts.indices {
            parts[index].endRun(isSuffix: false)
            guard var best = parts[index].anyOf.max(by: { Self.worth($0) < Self.worth($1) }) else { return }
            if !isAtStart { best = best.map { Self.unanchored($0) } }
            choices += best
        }
        if choices.count <= 4 * Self.mostAlternatives { anyOf.append(choices) }
    }

    private static func worth(_ literals: [Literal]) -> Int { literals.map(\.bytes.count).min() ?? 0 }

    private static func unanchored(_ literal: Literal) -> Literal {
        var literal = literal
        literal.isPrefix = false
        return literal
    }
}
