public import AuditCore

/// Python 3.12 `re` patterns on PCRE2 (10.42 or later).
///
/// Patterns are parsed here, by Python's rules, and refused in Python's words; what is accepted is translated so that it
/// matches what Python would match. Patterns are then filed by text that they require, so that a text is tried on few
/// of them however long the list is.
///
/// Python takes, and this refuses: groups more than 200 deep, more than 65,535 repeats, and patterns that come to more
/// than 64 KiB of PCRE2's code.
public struct PCRE2PatternEngine: PatternEngine {
    /// What one match of one pattern may cost.
    package let limits: MatchLimits

    /// Bytes of code, machine code included; patterns beyond it are left to PCRE2's interpreter. Ten thousand patterns of
    /// the usual kinds take a third of it.
    private static let mostMachineCode = 24 << 20

    /// Compiles patterns that may work no longer than the limits say.
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
        // First those that are tried on every text.
        let others = patterns.indices.filter { patterns[$0].wildcard == nil && !required[$0].anyOf.isEmpty }
        var room = Self.mostMachineCode
        for number in unindexed + others where room > 0 {
            patterns[number].compiled?.compileJIT()
            room -= patterns[number].compiled?.size ?? 0
        }
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
