import AuditCore
import Testing

@testable import PythonRegex

struct MatchingTests {
    @Test(arguments: HardCases.matches)
    func `a pattern matches what Python says it matches`(pattern: String, text: String, full: Bool, prefix: Bool) {
        for (whole, expected) in [(true, full), (false, prefix)] {
            let answer = PatternProbe.answer(PythonOracle.Case(pattern: pattern, texts: [text], full: whole))
            #expect(answer.reason == nil)
            #expect(answer.matches == [expected], "\(whole ? "fullmatch" : "match")")
        }
    }

    /// Each tries to have PCRE2 read something of its own into the pattern.
    @Test(arguments: [
        (#"(*ACCEPT)a"#, "nothing to repeat"), (#"\Qa"#, #"bad escape \Q"#), (#"a\K"#, #"bad escape \K"#),
        (#"\R"#, #"bad escape \R"#), (#"\p{L}"#, #"bad escape \p"#), (#"(?R)"#, "unknown extension ?R"),
        (#"\g{1}"#, #"bad escape \g"#), (#"(?C)"#, "unknown extension ?C"), (#"(?|a)"#, "unknown extension ?|"),
        (#"(?<n>a)"#, "unknown extension ?<n"), (#"\h"#, #"bad escape \h"#), (#"\o{101}"#, #"bad escape \o"#),
    ])
    func `nothing of PCRE2's own syntax comes through`(pattern: String, reason: String) {
        #expect(PatternProbe.answer(PythonOracle.Case(pattern: pattern, texts: [], full: true)).reason == reason)
    }

    @Test func `a text is compared by its scalars, not by its characters`() {
        #expect(
            PatternProbe.answer(PythonOracle.Case(pattern: "é", texts: ["e\u{301}", "é"], full: true)).matches == [
                false, true,
            ])
        let both = PCRE2PatternEngine().compile(
            [PatternLine(line: 1, text: "é"), PatternLine(line: 2, text: "e\u{301}")], matching: .full,
            onLimit: { _ in }
        ).set
        #expect(both.firstMatch(in: "e\u{301}") == 2)
    }

    @Test(arguments: [#"(a|aa)+\1$x"#, #"(x+x+)+y"#, #"(?:a*)*b\b"#, #"(.*)*(.*)*(.*)*[^\x00-\U0010ffff]"#])
    func `a catastrophic pattern is given up, matches nothing and is reported once`(pattern: String) throws {
        let reports = Reports()
        var limits = MatchLimits()
        limits.steps = 5_000
        let set = PCRE2PatternEngine(limits: limits).compile(
            [PatternLine(line: 7, text: pattern), PatternLine(line: 8, text: ".*!")], matching: .full
        ) { reports.add($0) }.set
        for tail in ["!", "?", "!"] {
            let text =
                String(repeating: "ax", count: 2) + String(repeating: "a", count: 60)
                + String(repeating: "x", count: 60) + tail
            #expect(set.firstMatch(in: text) == (tail == "!" ? 8 : nil))
        }
        #expect(reports.all.count <= 1)
        #expect(reports.all.allSatisfy { $0.line == 7 && $0.reason.contains("counts as no match") })
    }

    @Test func `a limit is reported with its line`() {
        let reports = Reports()
        let set = PCRE2PatternEngine().compile([PatternLine(line: 7, text: "(x+x+)+y")], matching: .prefix) {
            reports.add($0)
        }.set
        for _ in 0..<3 { #expect(set.firstMatch(in: String(repeating: "x", count: 40) + "z y") == nil) }
        #expect(reports.all.map(\.line) == [7])
    }

    /// The one known difference, as PCRE2Translator tells: Python finds that `ab` matches, too.
    @Test func `a round that takes no text ends a repetition, whatever it captured`() {
        let answer = PatternProbe.answer(
            PythonOracle.Case(pattern: "(|a(?(1)b|c))+", texts: ["", "ac", "ab"], full: true))
        #expect(answer.matches == [true, true, false])
    }
}
