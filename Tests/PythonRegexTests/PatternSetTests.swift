import AuditCore
import Testing

@testable import PythonRegex

struct PatternSetTests {
    private func set(_ patterns: [String], _ matching: PatternMatching = .full) -> PatternCompilation {
        let lines = patterns.enumerated().map { PatternLine(line: $0.offset + 1, text: $0.element) }
        return PCRE2PatternEngine().compile(lines, matching: matching, onLimit: { _ in })
    }

    @Test func `the first line that matches is found, in file order`() {
        let patterns = [".*b.*", "abc", "a.*", ".*", "abc", "(?i)ABD"]
        #expect(set(patterns).set.firstMatch(in: "abc") == 1)
        #expect(set(patterns).set.firstMatch(in: "aXc") == 3)
        #expect(set(patterns).set.firstMatch(in: "xyz") == 4)
        #expect(set(Array(patterns.reversed())).set.firstMatch(in: "abd") == 1)
        #expect(set(Array(patterns.reversed())).set.firstMatch(in: "abc") == 2)
        #expect(set([]).set.firstMatch(in: "abc") == nil)
    }

    @Test func `an empty text meets the patterns that match it`() {
        #expect(set(["a", "<>", ""]).set.firstMatch(in: "") == 3)
        #expect(set(["a", "(b)?", ".*"]).set.firstMatch(in: "") == 2)
        #expect(set(["a", "<>"]).set.firstMatch(in: "") == nil)
    }

    @Test func `patterns without literal text are named`() {
        let compilation = set([#"\d+"#, "a.*", ".*", "[a-z]+", "(a|b?)", "(?i)[kK]iss?", "x|y"])
        #expect(compilation.unindexedLines == [1, 3, 4, 5, 6])
    }

    @Test func `a repeated line counts but is never the first`() {
        let compilation = set(["a.*", "a.*", "b"])
        #expect(compilation.set.count == 3)
        #expect(compilation.set.firstMatch(in: "ab") == 1)
        #expect(compilation.set.firstMatch(in: "b") == 3)
    }

    @Test func `case is folded without a miss`() {
        let kelvin = set(["(?i).*kiosk.*", "(?i)SUSE"]).set
        #expect(kelvin.firstMatch(in: "x\u{212A}\u{131}o\u{17F}\u{212A}y") == 1)
        #expect(kelvin.firstMatch(in: "\u{17F}u\u{17F}e") == 2)
        #expect(kelvin.firstMatch(in: "ſuſé") == nil)
    }

    @Test func `a text far longer than a name is judged too`() {
        let long = String(repeating: "a.", count: 100_000)
        let compiled = set([".*b.*", #"[a.]+"#, #".*zz\d"#]).set
        #expect(compiled.firstMatch(in: long + "b") == 1)
        #expect(compiled.firstMatch(in: long) == 2)
        #expect(compiled.firstMatch(in: "x" + long + "zz7") == 3)
    }

    /// Lists of patterns that share their text, against trying them one by one.
    @Test(arguments: [PatternMatching.full, .prefix])
    func `the index finds what trying one by one finds`(matching: PatternMatching) throws {
        var generator = PatternGenerator(seed: matching == .full ? 5 : 6)
        var found = 0
        for _ in 0..<40 {
            var patterns: [String] = []
            for _ in 0..<60 { patterns.append(generator.chance(3) ? generator.pattern() : generator.adminPattern()) }
            let compilation = set(patterns, matching)
            var single: [(Int, any PatternSet)] = []
            for (index, pattern) in patterns.enumerated() {
                let translation = try? PCRE2Translator.translate(
                    PatternParser.parse(pattern), matching: matching == .full)
                guard let translation else { continue }
                let compiled = try CompiledPattern(translation, context: CompileContext())
                single.append((index + 1, OneByOne(line: index + 1, compiled: compiled)))
            }
            #expect(single.count == compilation.set.count)
            let texts = (0..<60).map { _ in generator.adminText() } + patterns.flatMap { generator.texts(for: $0) }
            for text in texts {
                let expected = single.first { $0.1.firstMatch(in: text) != nil }?.0
                if expected != nil { found += 1 }
                #expect(compilation.set.firstMatch(in: text) == expected, "\(text.debugDescription) in \(patterns)")
            }
        }
        #expect(found > 1_000)
    }

    @Test func `many threads may ask one set`() async {
        let compiled = set((0..<2_000).map { #".*-\#($0)\.(example|test)\.net"# } + [#"(\w+)-\1"#]).set
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<500).allSatisfy { round in
                        let number = (task * 500 + round) % 2_000
                        return compiled.firstMatch(in: "a-\(number).test.net") == number + 1
                            && compiled.firstMatch(in: "a\(number)-a\(number)") == 2_001
                            && compiled.firstMatch(in: "a-\(number).nowhere.net") == nil
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

/// A set of one pattern, without an index.
private struct OneByOne: PatternSet {
    var line: Int
    var compiled: CompiledPattern
    var count: Int { 1 }

    func firstMatch(in text: String) -> Int? { PatternProbe.match(compiled, text) == true ? line : nil }
}
