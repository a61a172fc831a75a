import AuditCore

@testable import PythonRegex

/// What the engine promises of patterns, whatever they are; also what the fuzzer holds it to.
enum BrokenPromises {
    /// Compiles one pattern, tries it, and names each promise that is broken.
    ///
    /// - Parameter input: The pattern, a newline, and a text.
    static func of(_ input: [UInt8]) -> [String] {
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        let pattern = String(decoding: lines[0], as: UTF8.self)
        let text = lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : pattern
        return [PatternMatching.full, .prefix].flatMap { of(pattern, text, $0) }
    }

    private static func of(_ pattern: String, _ text: String, _ matching: PatternMatching) -> [String] {
        var (text, limits) = (text, MatchLimits())
        limits.steps = 2_000
        let compilation = PCRE2PatternEngine(limits: limits).compile(
            [PatternLine(line: 1, text: pattern)], matching: matching, onLimit: { _ in })
        guard compilation.problems.isEmpty else { return [] }
        let isFound = compilation.set.firstMatch(in: text) != nil
        guard
            let translation = try? PCRE2Translator.translate(PatternParser.parse(pattern), matching: matching == .full),
            let alone = try? CompiledPattern(translation, context: CompileContext())
        else { return ["what compiles in a set compiles alone"] }
        return switch text.withUTF8({ alone.match($0, in: .current(limits: limits)) }) {
        case .match: isFound ? [] : ["the index misses no match"]
        case .noMatch: isFound ? ["the index finds only what matches"] : []
        case .limit: []
        }
    }
}
