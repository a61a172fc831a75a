/// How the patterns of lists are compiled.
struct PatternCompiler: Sendable {
    var engine: any PatternEngine
    /// Whether a pattern must match the whole text.
    var matching: PatternMatching
    /// Called once for each pattern that hit the match limit, from the thread of a login.
    var onLimit: @Sendable (ListProblem) -> Void

    /// Compiles the patterns of a file.
    func compile(_ lines: [PatternLine], of file: String) -> PatternCompilation {
        engine.compile(lines, matching: matching) { [onLimit] problem in
            onLimit(ListProblem(file: file, line: problem.line, reason: problem.reason))
        }
    }

    /// A set of patterns that were compiled before: what there is to say of them has been said.
    func set(of lines: [PatternLine]) -> any PatternSet { engine.compile(lines, matching: matching) { _ in }.set }
}
