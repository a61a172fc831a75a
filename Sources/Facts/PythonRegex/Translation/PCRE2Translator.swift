/// Writes a parsed pattern in PCRE2's syntax.
///
/// Every literal is escaped or written by number, every class is spelled out, and case is never left to PCRE2, so that
/// nothing that PCRE2 alone gives a meaning to (`\R`, `\K`, `[[:alpha:]]`, `(*VERB)`) can come from the pattern.
///
/// One difference is known to remain: when the last round that a repetition needs takes no text, PCRE2 stops there, and
/// Python tries one more. That shows only if what is repeated asks about a group that it sets itself, as in
/// `(|a(?(1)b|c))+`.
struct PCRE2Translator {
    /// PCRE2 repeats no more often than this.
    private static let mostRepeats: UInt64 = 65_535

    private let pattern: ParsedPattern
    private let survey: GroupSurvey
    private var output: [UInt8] = []
    private var conditions: [CalloutCondition] = []
    /// PCRE2's number of each Python group; groups of our own come in between.
    private var numbers: [Int: Int]
    private var lastNumber = 0
    /// Of groups asked about from within: the number of the empty group at their start.
    private var starts: [Int: Int] = [:]
    /// Whether this is inside a lookbehind, and so must be of a width that PCRE2 finds fixed.
    private var isBehind = false
    /// Whether a group was asked about before it had a number.
    private var isIncomplete = false

    private init(_ pattern: ParsedPattern, numbers: [Int: Int] = [:]) {
        self.pattern = pattern
        self.numbers = numbers
        survey = GroupSurvey(of: pattern.nodes)
    }

    /// Translates a pattern.
    ///
    /// - Throws: If it asks for what PCRE2 cannot hold, such as a hundred thousand repeats.
    static func translate(_ pattern: ParsedPattern, matching whole: Bool) throws(PatternSyntaxError) -> PCRE2Pattern {
        var translator = PCRE2Translator(pattern)
        try translator.write(whole: whole)
        if translator.isIncomplete {
            translator = PCRE2Translator(pattern, numbers: translator.numbers)
            try translator.write(whole: whole)
        }
        guard translator.conditions.count <= 255 else { throw tooLarge }
        return PCRE2Pattern(text: translator.output, conditions: translator.conditions)
    }

    static let tooLarge = PatternSyntaxError("the pattern is too large")

    private mutating func write(whole: Bool) throws(PatternSyntaxError) {
        try write(pattern.nodes, pattern.flags)
        if whole { put("\\z") }
    }

    private mutating func put(_ text: StaticString) {
        text.withUTF8Buffer { unsafe output.append(contentsOf: $0) }
    }

    private mutating func put(_ number: UInt64) { output.append(contentsOf: String(number).utf8) }

    private mutating func put(_ number: Int) { put(UInt64(number)) }

    private mutating func write(_ nodes: [PatternNode], _ flags: PatternFlags) throws(PatternSyntaxError) {
        for node in nodes { try write(node, flags) }
    }

    /// Writes a node so that a quantifier can follow, unless it is a position.
    private mutating func write(_ node: PatternNode, _ flags: PatternFlags) throws(PatternSyntaxError) {
        switch node {
        case .literal(let value): PCRE2Class.write(literal: value, flags, to: &output)
        case .any: flags.contains(.dotAll) ? put(".") : put("\\N")
        case .set(let set): PCRE2Class.write(set, flags, to: &output)
        case .position(let position): write(position, flags)
        case .branch(let branches):
            put("(?:")
            for (index, branch) in branches.enumerated() {
                if index > 0 { put("|") }
                try write(branch, flags)
            }
            put(")")
        case .group(let number?, _, _, let nodes): try write(group: number, nodes, flags)
        case .group(nil, let adding, let removing, let nodes):
            try write("(?:", nodes, flags.inside(adding: adding, removing: removing))
        case .atomic(let nodes): try write("(?>", nodes, flags)
        case .repeated(let minimum, let maximum, let greed, let nodes):
            try write(nodes, minimum, maximum, greed, flags)
        case .look(let behind, let negative, let nodes):
            let outer = isBehind
            isBehind = behind != nil
            defer { isBehind = outer }
            if isBehind {
                try write(negative ? "(?<!" : "(?<=", nodes, flags)
            } else {
                try write(negative ? "(?!" : "(?=", nodes, flags)
            }
        case .reference(let group): try write(reference: group, flags)
        case .conditional(let group, let isOpen, let yes, let no):
            write(conditionOn: group, isOpen: isOpen)
            try write("(?:", yes, flags)
            put("|")
            try write("(?:", no, flags)
            put(")")
        }
    }

    private mutating func write(_ opening: StaticString, _ nodes: [PatternNode], _ flags: PatternFlags)
        throws(PatternSyntaxError)
    {
        put(opening)
        try write(nodes, flags)
        put(")")
    }

    private mutating func write(group: Int, _ nodes: [PatternNode], _ flags: PatternFlags) throws(PatternSyntaxError) {
        lastNumber += 1
        numbers[group] = lastNumber
        put("(")
        if survey.askedFromWithin.contains(group) {
            lastNumber += 1
            starts[group] = lastNumber
            put("()")
        }
        try write(nodes, flags)
        put(")")
    }

    private mutating func write(_ position: PatternNode.Position, _ flags: PatternFlags) {
        switch position {
        // PCRE2's multiline ^ does not match behind a newline that ends the text; Python's does.
        case .lineStart: flags.contains(.multiline) ? put("(?:\\A|(?<=\\n))") : put("\\A")
        case .lineEnd: flags.contains(.multiline) ? put("(?=\\n|\\z)") : put("\\Z")
        case .textStart: put("\\A")
        case .textEnd: put("\\z")
        case .boundary, .noBoundary:
            let word = PCRE2Class.text(PatternNode.PatternSet(items: [.category(.word, negated: false)]), flags)
            // \B does not match an empty text up to Python 3.13.
            let parts =
                position == .boundary
                ? ["(?:(?<=", ")(?!", ")|(?<!", ")(?=", "))"] : ["(?:(?<=", ")(?=", ")|(?!\\A\\z)(?<!", ")(?!", "))"]
            output.append(contentsOf: parts[0].utf8)
            for part in parts.dropFirst() { output.append(contentsOf: word + Array(part.utf8)) }
        }
    }

    // MARK: Repetition

    private mutating func write(
        _ nodes: [PatternNode], _ minimum: UInt64, _ maximum: UInt64, _ greed: PatternNode.Greed, _ flags: PatternFlags
    ) throws(PatternSyntaxError) {
        if maximum == 0 { return put("(?:)") }  // the groups within have no number, and so never match
        guard minimum <= Self.mostRepeats, maximum <= Self.mostRepeats || maximum == PatternNode.unbounded else {
            throw Self.tooLarge
        }
        // In a lookbehind only what takes no characters can be repeated a variable number of times.
        if isBehind, minimum != maximum {
            put(greed == .possessive ? "(?>" : "(?:")
            if minimum == 0, greed == .lazy { put("|") }
            try write(nodes, flags)
            if minimum == 0, greed != .lazy { put("|") }
            return put(")")
        }
        let isCharacter = nodes.allSatisfy(\.isCharacter)
        // Python does not go back into a possessive repetition, and not into an earlier round of it either.
        if !isCharacter { put(greed == .possessive ? "(?>" : "(?:") }
        try write(nodes, flags)
        if !isCharacter { put(")") }
        switch (minimum, maximum) {
        case (0, 1): put("?")
        case (0, PatternNode.unbounded): put("*")
        case (1, PatternNode.unbounded): put("+")
        default:
            put("{")
            put(minimum)
            if maximum != minimum { put(",") }
            if maximum != minimum, maximum != PatternNode.unbounded { put(maximum) }
            put("}")
        }
        switch greed {
        case .greedy: break
        case .lazy: put("?")
        case .possessive: put("+")
        }
    }

    // MARK: References

    private mutating func write(reference group: Int, _ flags: PatternFlags) throws(PatternSyntaxError) {
        let width = isBehind ? pattern.groupWidths[group]?.fixed : nil
        if let width, width > Self.mostRepeats { throw Self.tooLarge }
        guard let number = numbers[group] else {  // left out, so never set
            put("(?:(?!).{")
            put(width ?? 0)
            return put("})")
        }
        // PCRE2 ignores case by other tables, and cannot always tell the width of a group that a lookbehind refers to:
        // there let as much text follow as the callout finds equal.
        guard flags.contains(.ignoreCase) || width != nil else {
            put("(?:\\g{")
            put(number)
            return put("})")
        }
        lastNumber += 1
        let folding: CalloutCondition.CaseFolding =
            flags.contains(.ignoreCase) ? flags.contains(.ascii) ? .ascii : .unicode : .none
        conditions.append(.equals(group: number, start: lastNumber, folding))
        put("(?:()")
        if let width {
            put(".{")
            put(width)
            put("}")
            callout()
        } else {
            put("(?>.*?")
            callout()
            put(")")
        }
        put(")")
    }

    private mutating func callout() {
        put("(?C")
        put(min(conditions.count, 255))
        put(")")
    }

    /// Writes `(?(…)`.
    private mutating func write(conditionOn group: Int, isOpen: Bool) {
        if survey.neverSet.contains(group) { return put("(?(?!)") }
        if numbers[group] == nil { isIncomplete = true }
        guard isOpen, let start = starts[group] else {
            put("(?(")
            put(numbers[group] ?? 1)
            return put(")")
        }
        conditions.append(.reaches(group: numbers[group] ?? 1, start: start))
        put("(?(?=")
        callout()
        put(")")
    }
}

extension PatternNode {
    /// Whether it matches exactly one character, and is written so that a quantifier applies to it.
    fileprivate var isCharacter: Bool {
        switch self {
        case .literal, .any, .set: true
        default: false
        }
    }
}
