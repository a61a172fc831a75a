import AuditCore

/// One input: the first line is the pattern, the rest the text.
///
/// Nothing may crash or hang, and the index must find what PCRE2 finds alone.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPattern(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: bytes, count: count)
    let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let pattern = String(decoding: lines[0], as: UTF8.self)
    var text = lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : pattern
    var limits = MatchLimits()
    limits.steps = 2_000
    for matching in [PatternMatching.full, .prefix] {
        let compilation = PCRE2PatternEngine(limits: limits).compile(
            [PatternLine(line: 1, text: pattern)], matching: matching, onLimit: { _ in })
        guard compilation.problems.isEmpty else { continue }
        let found = compilation.set.firstMatch(in: text) != nil
        guard
            let translation = try? PCRE2Translator.translate(PatternParser.parse(pattern), matching: matching == .full),
            let alone = try? CompiledPattern(translation, context: CompileContext())
        else { preconditionFailure("compiled in a set, but not alone") }
        let outcome = text.withUTF8 { alone.match($0, in: .current(limits: limits)) }
        switch outcome {
        case .match: precondition(found, "the index missed a match")
        case .noMatch: precondition(!found, "the index found what does not match")
        case .limit: break
        }
    }
    return 0
}
