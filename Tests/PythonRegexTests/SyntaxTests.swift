import AuditCore
import Testing

@testable import PythonRegex

struct SyntaxTests {
    @Test(arguments: HardCases.syntax)
    func `a pattern is refused where Python refuses it and in its words`(
        pattern: String, reason: String?, offset: Int?
    ) {
        let answer = PatternProbe.answer(PythonOracle.Case(pattern: pattern, texts: [], full: true))
        #expect(answer.reason == reason)
        #expect(answer.position == offset)
    }

    @Test func `a problem names its line, its column from one, and the reason`() {
        let lines = [
            PatternLine(line: 3, text: "good"), PatternLine(line: 5, text: "é(a"),
            PatternLine(line: 9, text: "(?<=a*)b"),
        ]
        let compilation = PCRE2PatternEngine().compile(lines, matching: .full, onLimit: { _ in })
        #expect(
            compilation.problems == [
                PatternProblem(line: 5, column: 2, reason: "missing ), unterminated subpattern"),
                PatternProblem(line: 9, column: nil, reason: "look-behind requires fixed-width pattern"),
            ])
        #expect(compilation.set.count == 1)
        #expect(compilation.set.firstMatch(in: "good") == 3)
    }

    @Test(arguments: ["(", "(?:", "(?=", "(?>", "(?i:", "(?<=", "a(|"])
    func `deep nesting is refused, not followed until the stack ends`(opening: String) {
        let deep = String(repeating: opening, count: 100_000)
        #expect(throws: PatternSyntaxError.self) { try PatternParser.parse(deep) }
        let levels = PatternParser.deepestNesting
        let allowed = String(repeating: opening, count: levels) + String(repeating: ")", count: levels)
        let compilation = PCRE2PatternEngine().compile(
            [PatternLine(line: 1, text: allowed)], matching: .full, onLimit: { _ in })
        #expect(compilation.problems.isEmpty)
    }

    @Test(arguments: [
        "(?:abc){60000}", "a{70000}", "a{4294967294}", "(?<=a{70000})b", "((a{60000}){60000}){60000}",
        "(a{0,60000}){60000}",
    ])
    func `what PCRE2 cannot hold is refused`(pattern: String) {
        let compilation = PCRE2PatternEngine().compile(
            [PatternLine(line: 1, text: pattern)], matching: .full, onLimit: { _ in })
        #expect(compilation.problems.count == 1)
    }

    @Test func `long patterns are read in linear time`() {
        let alternatives = (0..<2_000).map { "host\($0)" }.joined(separator: "|")
        let set = PCRE2PatternEngine().compile(
            [PatternLine(line: 1, text: alternatives)], matching: .full, onLimit: { _ in }
        ).set
        #expect(set.count == 1)
        #expect(set.firstMatch(in: "host1999") == 1)
        #expect(set.firstMatch(in: "host2000") == nil)
    }
}
