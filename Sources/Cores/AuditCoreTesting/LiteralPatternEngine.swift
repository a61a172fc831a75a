public import AuditCore

/// A pattern engine whose patterns are plain text: each matches itself, letter for letter.
public struct LiteralPatternEngine: PatternEngine {
    /// Patterns to refuse, with the reason to give.
    package var refusals: [String: String]
    /// Patterns to report as tried one by one.
    package var unindexed: Set<String>
    /// Patterns that report at compile time that they hit the match limit.
    package var limited: Set<String>

    /// Makes an engine; by default it takes every pattern.
    public init(refusing refusals: [String: String] = [:], unindexed: Set<String> = [], limited: Set<String> = []) {
        self.refusals = refusals
        self.unindexed = unindexed
        self.limited = limited
    }

    /// Takes every pattern that is not to be refused; the column of a refusal is 1.
    public func compile(
        _ lines: [PatternLine], matching: PatternMatching, onLimit: @escaping @Sendable (PatternProblem) -> Void
    ) -> PatternCompilation {
        for line in lines where limited.contains(line.text) {
            onLimit(PatternProblem(line: line.line, reason: "match limit"))
        }
        return PatternCompilation(
            set: LiteralPatternSet(lines: lines.filter { refusals[$0.text] == nil }, matching: matching),
            problems: lines.compactMap { line in
                refusals[line.text].map { PatternProblem(line: line.line, column: 1, reason: $0) }
            },
            unindexedLines: lines.filter { unindexed.contains($0.text) }.map(\.line))
    }
}

/// The patterns of a ``LiteralPatternEngine``.
struct LiteralPatternSet: PatternSet {
    let lines: [PatternLine]
    let matching: PatternMatching

    var count: Int { lines.count }

    func firstMatch(in text: String) -> Int? {
        lines.first { matching == .full ? text == $0.text : text.hasPrefix($0.text) }?.line
    }
}
