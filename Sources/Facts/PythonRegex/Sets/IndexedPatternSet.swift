import AuditCore

/// The patterns of one list, found by the text they require.
struct IndexedPatternSet: PatternSet {
    /// One pattern, as it is tried on a text that its required text stands in.
    struct Pattern {
        var line: Int
        /// The least length of a text that matches, in bytes.
        var leastLength: Int
        var prefix: LiteralIndex.LiteralReference?
        var suffix: LiteralIndex.LiteralReference?
        var wildcard: Wildcard?
        /// Nil if the wildcard decides every text.
        var compiled: CompiledPattern?
    }

    let count: Int
    let limits: MatchLimits
    let onLimit: @Sendable (PatternProblem) -> Void
    /// In file order, without repeats.
    let patterns: [Pattern]
    /// Numbers of the patterns that are tried on every text, ascending.
    let unindexed: [Int]
    let index: LiteralIndex

    func firstMatch(in text: String) -> Int? {
        guard !patterns.isEmpty else { return nil }
        let workspace = MatchWorkspace.current(limits: limits)
        var candidates = CandidateSet()
        swap(&candidates, &workspace.candidates)
        defer { swap(&candidates, &workspace.candidates) }
        candidates.reserve(patterns.count)
        var text = text
        return text.withUTF8 { bytes in
            unsafe firstMatch(in: bytes, candidates: &candidates, workspace: workspace)
        }
    }

    private func firstMatch(
        in bytes: UnsafeBufferPointer<UInt8>, candidates: inout CandidateSet, workspace: MatchWorkspace
    ) -> Int? {
        let text = unsafe bytes.span
        index.find(in: text, candidates: &candidates)
        let traits = TextTraits(of: text)
        var hint = 0
        var remaining = unindexed[...]
        var candidate = candidates.popFirst(from: &hint)
        while true {
            let next: Int
            if let found = candidate, found < remaining.first ?? .max {
                next = found
                candidate = candidates.popFirst(from: &hint)
            } else if let first = remaining.popFirst() {
                next = first
            } else {
                return nil
            }
            if unsafe matches(patterns[next], bytes, traits, workspace) {
                candidates.removeAll(from: hint)
                return patterns[next].line
            }
        }
    }

    /// Whether one pattern matches.
    private func matches(
        _ pattern: Pattern, _ bytes: UnsafeBufferPointer<UInt8>, _ traits: TextTraits, _ workspace: MatchWorkspace
    ) -> Bool {
        let text = unsafe bytes.span
        if text.count < pattern.leastLength { return false }
        if let prefix = pattern.prefix, !index.stands(prefix, in: text) { return false }
        if let suffix = pattern.suffix, !index.stands(suffix, in: text) { return false }
        if let wildcard = pattern.wildcard, wildcard.decides(traits) {
            return Wildcard.matches(wildcard.elements.span, text)
        }
        guard let compiled = pattern.compiled else { return false }
        switch unsafe compiled.match(bytes, in: workspace) {
        case .match: return true
        case .noMatch: return false
        case .limit(let reason):
            if compiled.shouldReport() {
                onLimit(PatternProblem(line: pattern.line, reason: "given up, counts as no match: \(reason)"))
            }
            return false
        }
    }
}

extension TextTraits {
    /// Looks at a text.
    init(of text: Span<UInt8>) {
        var all: UInt8 = 0
        hasNewline = false
        for index in text.indices {
            all |= text[index]
            if text[index] == 0x0A { hasNewline = true }
        }
        isASCII = all < 0x80
    }
}
