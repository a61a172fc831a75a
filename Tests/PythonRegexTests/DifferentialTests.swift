import AuditCore
import Foundation
import Testing

@testable import PythonRegex

/// Holds patterns against the real CPython. `CASES=100000 SEED=7 PYTHON=python3.12` make a longer run of it.
@Suite(.disabled(if: PythonOracle.isMissing, "python3 (3.11 or later) is not here"))
struct DifferentialTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = Int(environment["CASES"] ?? "") ?? 4_000
    private static let seed = UInt64(environment["SEED"] ?? "") ?? 20_260

    @Test func `generated patterns are refused and match as in Python`() throws {
        var generator = PatternGenerator(seed: Self.seed)
        let cases = (0..<Self.cases).map { number in
            let pattern = number % 4 == 3 ? generator.rubble() : generator.pattern()
            return PythonOracle.Case(pattern: pattern, texts: generator.texts(for: pattern), full: generator.chance(2))
        }
        try compare(cases)
    }

    @Test func `patterns written by hand are refused and match as in Python`() throws {
        let hard = HardCases.matches.map { PythonOracle.Case(pattern: $0.pattern, texts: [$0.text], full: true) }
        let refused = HardCases.syntax.map { PythonOracle.Case(pattern: $0.pattern, texts: [], full: true) }
        try compare(hard + refused)
    }

    /// Compares all cases, and reports the first disagreements.
    private func compare(_ cases: [PythonOracle.Case]) throws {
        let oracle = try PythonOracle(cases)
        var disagreements = 0
        var matches = 0
        var refusals = 0
        for (one, answer) in zip(cases, oracle.answers) {
            if PythonVersions.differ(on: one, version: oracle.version) { continue }
            let ours = PatternProbe.answer(one)
            if answer.reason != nil { refusals += 1 }
            let agrees =
                answer.reason == ours.reason && answer.position == ours.position
                && zip(answer.matches ?? [], ours.matches ?? []).allSatisfy { $0 == $1 || $0 == nil || $1 == nil }
            matches += (answer.matches ?? []).count { $0 == true }
            guard !agrees else { continue }
            disagreements += 1
            if disagreements <= 40 {
                Issue.record(
                    "\(one.pattern.debugDescription) \(one.full ? "full" : "prefix") \(one.texts): Python \(answer), here \(ours)"
                )
            }
        }
        print("\(cases.count) patterns, \(refusals) refused, \(matches) matches, \(disagreements) disagreements")
        #expect(disagreements == 0)
        #expect(matches > cases.count / 10 && refusals > cases.count / 20)
    }
}

/// Where other versions of Python are not like 3.12.
enum PythonVersions {
    static func differ(on one: PythonOracle.Case, version: [Int]) -> Bool {
        let pattern = one.pattern
        let minor = version.last ?? 0
        if minor < 12 {  // numbers in conditions, very large widths, Unicode 15.0
            let scalars = (pattern + one.texts.joined()).unicodeScalars
            return pattern.contains("(?(") || pattern.contains("{4294967294}") || pattern.contains("{EM}")
                || scalars.contains { $0.properties.age.map { $0.major > 14 } ?? false }
        }
        // The flag t and \U are refused in other words, \B matches an empty text, \z is known.
        return minor > 12 && ["t", "\\U", "\\B", "\\z"].contains { pattern.contains($0) }
    }
}

/// What this room makes of a case.
enum PatternProbe {
    static func answer(_ one: PythonOracle.Case) -> PythonOracle.Answer {
        do throws(PatternSyntaxError) {
            let parsed = try PatternParser.parse(one.pattern)
            let context = CompileContext()
            let translation = try PCRE2Translator.translate(parsed, matching: one.full)
            let interpreted = try CompiledPattern(translation, context: context)
            let compiled = try CompiledPattern(translation, context: context)
            compiled.compileJIT()
            let engine = PCRE2PatternEngine()
            let set = engine.compile(
                [PatternLine(line: 1, text: one.pattern)], matching: one.full ? .full : .prefix, onLimit: { _ in }
            ).set
            return PythonOracle.Answer(
                matches: one.texts.map { text in
                    let outcomes = [match(interpreted, text), match(compiled, text)]
                    guard !outcomes.contains(nil) else { return nil }
                    let indexed = set.firstMatch(in: text) != nil
                    if Set(outcomes + [indexed]).count > 1 {
                        Issue.record(
                            "\(one.pattern.debugDescription) on \(text.debugDescription): interpreter \(outcomes[0] as Bool?), JIT \(outcomes[1] as Bool?), set \(indexed)"
                        )
                    }
                    return outcomes[0]
                })
        } catch {
            return PythonOracle.Answer(reason: error.reason, position: error.offset)
        }
    }

    /// Nil if a limit was hit.
    static func match(_ pattern: CompiledPattern, _ text: String) -> Bool? {
        var text = text
        return text.withUTF8 { bytes in
            switch unsafe pattern.match(bytes, in: .current(limits: MatchLimits())) {
            case .match: true
            case .noMatch: false
            case .limit: nil
            }
        }
    }
}
