/// What reading deny lists gave: the lists that can be used, and everything that is wrong with the files.
///
/// The caller decides: at start bad lines are skipped and named; on reload any problem refuses the whole reload.
public struct DenyListsBuild: Sendable {
    /// The lists, without their bad lines.
    public var lists: DenyLists
    /// The bad lines, in the order of the lists and of their lines; at most 101 for each file, where the last then
    /// counts the others.
    public var problems: [ListProblem]
    /// How many bad lines each configured list has, named or not.
    public var problemCounts: [DenyListKind: Int] = [:]
    /// What may not have been meant, though it is no fault; as many of a file as of ``problems``.
    public var notes: [ListProblem] = []
    /// In which form each list is that is not a line for each entry: `JSON`.
    public var formats: [DenyListKind: String] = [:]
    /// Patterns that have no literal text to be found by, and so are tried one by one at each login.
    public var unindexedPatterns: [RuleReference]
}

extension DenyLists {
    /// Reads deny lists.
    ///
    /// - Parameters:
    ///   - files: The configured lists.
    ///   - engine: Compiles the pattern lists.
    ///   - matching: Whether a pattern must match the whole text (`audit.regex_match`).
    ///   - onLimit: Called once for each pattern that hit the match limit at a login, from that login's thread.
    /// - Complexity: Linear in the size of the files (n log n for networks and coordinates); done at load.
    public static func build(
        _ files: [DenyListKind: DenyListFile], engine: any PatternEngine, matching: PatternMatching = .full,
        onLimit: @escaping @Sendable (ListProblem) -> Void = { _ in }
    ) -> DenyListsBuild {
        var build = DenyListsBuild(lists: DenyLists(), problems: [], unindexedPatterns: [])
        for kind in DenyListKind.allCases {
            guard let file = files[kind] else { continue }
            var reader = DenyListReader(file, kind: kind)
            func patterns() -> DenyList<any PatternSet> {
                let (list, unindexed) = reader.patterns(engine, matching, onLimit)
                build.unindexedPatterns += unindexed
                return list
            }
            switch kind {
            case .ipNetworks: build.lists.ipNetworks = reader.networks()
            case .reverseHostname: build.lists.reverseHostname = patterns()
            case .networkName: build.lists.networkName = patterns()
            case .networkCountry: build.lists.networkCountry = reader.countries()
            case .entities: build.lists.entities = reader.entities()
            case .asNumbers: build.lists.asNumbers = reader.asNumbers()
            case .asNames: build.lists.asNames = patterns()
            case .asCountry: build.lists.asCountry = reader.countries()
            case .geoLocationIDs: build.lists.geoLocationIDs = reader.geonameIDs()
            case .coordinates: build.lists.coordinates = reader.circles()
            }
            reader.expectEntries(build.lists.entryCount(of: kind) ?? 0)
            build.problems += reader.problems.all
            build.problemCounts[kind] = reader.problems.count
            build.notes += reader.notes.all
            build.formats[kind] = reader.format
        }
        build.lists.noteRequiredFacts()
        return build
    }
}
