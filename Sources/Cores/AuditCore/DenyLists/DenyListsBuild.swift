/// What reading lists gave: the lists that can be used, and everything that is wrong with the files.
///
/// The caller decides: at start bad lines are skipped and named; on reload any problem refuses the whole reload. A line of which
/// only the end cannot be read is bad, but an entry all the same, unless it is an exception.
public struct DenyListsBuild: Sendable {
    /// The lists, without those of their bad lines that are no entries.
    public var lists: DenyLists
    /// The bad lines, in the order of the lists and of their lines; at most 101 for each file, where the last then
    /// counts the others.
    public var problems: [ListProblem]
    /// How many bad lines each configured list has, named or not.
    package var problemCounts: [DenyListKind: Int] = [:]
    /// What may not have been meant, though it is no fault; as many of a file as of ``problems``.
    package var notes: [ListProblem] = []
    /// In which form each list is that is not a line for each entry: `JSON`.
    package var formats: [DenyListKind: String] = [:]
    /// Patterns that have no literal text to be found by, and so are tried one by one at each login.
    package var unindexedPatterns: [RuleReference]
}

extension DenyLists {
    /// Reads deny lists.
    ///
    /// - Parameters:
    ///   - files: The configured lists; those of kinds that ``DenyListKind/allCases`` does not have are tried last, by name.
    ///   - effect: What they do.
    ///   - engine: Compiles the pattern lists.
    ///   - matching: Whether a pattern must match the whole text (`audit.regex_match`).
    ///   - onLimit: Called once for each pattern that hit the match limit at a login, from that login's thread.
    /// - Complexity: Linear in the size of the files (n log n for networks and coordinates); done at load.
    public static func build(
        _ files: [DenyListKind: DenyListFile], effect: ListEffect = .deny, engine: any PatternEngine,
        matching: PatternMatching = .full,
        onLimit: @escaping @Sendable (ListProblem) -> Void = { _ in }
    ) -> DenyListsBuild {
        var build = DenyListsBuild(lists: DenyLists(effect), problems: [], unindexedPatterns: [])
        let compiler = PatternCompiler(engine: engine, matching: matching, onLimit: onLimit)
        let known = DenyListKind.all(for: .allow)
        let own = files.keys.filter { !known.contains($0) }.sorted { $0.rawValue < $1.rawValue }
        for kind in DenyListKind.all(for: effect) + own {
            guard let file = files[kind] else { continue }
            var reader = DenyListReader(file, kind.list.syntax, effect, compiler)
            let list = kind.list.init(reading: &reader)
            reader.expectEntries(list.count)
            build.lists.take(list, as: kind)
            build.problems += reader.problems.all
            build.problemCounts[kind] = reader.problems.count
            build.notes += reader.notes.all
            build.formats[kind] = reader.format
            build.unindexedPatterns += reader.unindexedPatterns
        }
        return build
    }
}
