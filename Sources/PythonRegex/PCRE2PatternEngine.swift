public import AuditCore

/// Python 3.12 `re` patterns on PCRE2.
///
/// Patterns are parsed here, by Python's rules, and refused in Python's words; what is accepted is translated so that it
/// matches what Python would match. Patterns are then filed by text that they require, so that a text is tried on few
/// of them however long the list is.
public struct PCRE2PatternEngine: PatternEngine {
    /// What one match of one pattern may cost.
    public var limits: MatchLimits

    /// Patterns beyond these many that need PCRE2 on nearly every match are left to its interpreter: machine code takes
    /// time to make, and room.
    static let mostJIT = 1_000

    /// Makes an engine.
    public init(limits: MatchLimits = MatchLimits()) { self.limits = limits }

    /// Compiles lines as ``PatternEngine`` says.
    ///
    /// - Complexity: Linear; 10,000 patterns take some tenths of a second.
    public func compile(
        _ lines: [PatternLine], matching: PatternMatching, onLimit: @escaping @Sendable (PatternProblem) -> Void
    ) -> PatternCompilation {
        let context = CompileContext()
        var problems: [PatternProblem] = []
        var patterns: [IndexedPatternSet.Pattern] = []
        var required: [RequiredText] = []
        var seen: Set<[UInt8]> = []
        var unindexed: [Int] = []
        var unindexedLines: [Int] = []
        var count = 0
        for line in lines {
            let text = Array(line.text.utf8)
            if seen.contains(text) {  // can never be the first that matches
                count += 1
                continue
            }
            do throws(PatternSyntaxError) {
                let (pattern, needs) = try Self.compile(line, matching: matching, context: context)
                if needs.anyOf.isEmpty {
                    unindexed.append(patterns.count)
                    unindexedLines.append(line.line)
                }
                patterns.append(pattern)
                required.append(needs)
                seen.insert(text)
                count += 1
            } catch {
                problems.append(
                    PatternProblem(line: line.line, column: error.offset.map { $0 + 1 }, reason: error.reason))
            }
        }
        var index = LiteralIndex(required.map(\.anyOf))
        for number in patterns.indices where patterns[number].compiled != nil {
            patterns[number].prefix = required[number].prefix.map { index.add($0) }
            patterns[number].suffix = required[number].suffix.map { index.add($0) }
        }
        let urgent = patterns.filter { $0.wildcard == nil }.prefix(Self.mostJIT)
        for pattern in urgent { pattern.compiled?.compileJIT() }
        let set = IndexedPatternSet(
            count: count, limits: limits, onLimit: onLimit, patterns: patterns, unindexed: unindexed, index: index)
        return PatternCompilation(set: set, problems: problems, unindexedLines: unindexedLines)
    }

    private static func compile(_ line: PatternLine, matching: PatternMatching, context: CompileContext)
        throws(PatternSyntaxError) -> (IndexedPatternSet.Pattern, RequiredText)
    {
        let whole = matching == .full
        let parsed = try PatternParser.parse(line.text)
        let required = RequiredText(of: parsed, matching: whole)
        let wildcard = Wildcard(parsed, matching: whole)
        var compiled: CompiledPattern?
        if wildcard?.hasDots ?? true {
            compiled = try CompiledPattern(PCRE2Translator.translate(parsed, matching: whole), context: context)
        }
        return (
            IndexedPatternSet.Pattern(
                line: line.line, leastLength: required.leastLength, wildcard: wildcard, compiled: compiled), required
        )
    }
}
