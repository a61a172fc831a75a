import AuditCore
import PythonRegex
import Settings

/// What judging needs, read from settings and list files: neither a database nor a directory is asked.
struct LoadedPolicy: Sendable {
    /// For the auditor.
    var auditor: Auditor.Configuration
    /// How many entries each configured list has.
    var counts: [(list: ListKey, entries: Int)] = []
    /// In which form a list is that has not a line for each entry: `JSON`.
    var formats: [ListKey: String] = [:]
    /// How many bad lines each configured list has.
    var errors: [(list: ListKey, errors: Int)] = []
    /// Bad lines, as `file:line:column: message`; and lists of a source that cannot be used.
    var problems: [String] = []
    /// What an administrator should know, though nothing is wrong.
    var notes: [String] = []

    /// More patterns than this that have to be tried one by one are worth a note.
    static let unindexedBound = 20

    /// Reads the lists.
    ///
    /// - Parameters:
    ///   - inputs: Their files; nil: those that settings name, and what is kept of their source.
    ///   - sources: Who is asked about addresses.
    ///   - onLimit: Called once for each pattern that hit the match limit at a login.
    /// - Throws: ``SetupFailure`` if a list file cannot be read; it names the bad lines of the others, too.
    init(
        _ settings: Settings, _ inputs: ListInputs? = nil, sources: FactSources,
        onLimit: @escaping @Sendable (ListProblem) -> Void
    ) throws(SetupFailure) {
        let audit = settings.audit
        let inputs = inputs ?? ListInputs(settings, settings.keptLists)
        var lists: [ListEffect: DenyLists] = [:]
        var unindexed: [RuleReference] = []
        (problems, notes) = (inputs.problems, inputs.notes)
        for effect in ListEffect.allCases {
            let build = DenyLists.build(
                inputs.files(effect), effect: effect, engine: PCRE2PatternEngine(), matching: audit.patternMatching,
                onLimit: onLimit)
            lists[effect] = build.lists
            unindexed += build.unindexedPatterns
            problems += build.problems.map(\.description)
            notes += build.notes.map(\.description) + build.lists.endings.notes(at: .now)
            for kind in DenyListKind.all(for: effect) {
                let key = ListKey(kind, effect)
                if let count = build.lists.entryCount(of: kind) { counts.append((key, count)) }
                if let count = build.problemCounts[kind] { errors.append((key, count)) }
                formats[key] = build.formats[kind]
            }
        }
        var policy = Policy(
            mode: audit.mode, disabledServices: audit.disabledServices,
            ignoreNetworks: PrefixSet(audit.ignoreNetworks), lists: lists[.deny] ?? DenyLists(),
            onUnknown: audit.onUnknown,
            onOverload: audit.onOverload)
        if let watchLists = lists[.watch] { policy.watchLists = watchLists }
        if let allowLists = lists[.allow] { policy.allowLists = allowLists }
        auditor = Auditor.Configuration(
            policy: policy, localNetworks: LocalNetworks(audit.localNetworks.map { ($0.prefix, $0.name) }),
            localLocationName: audit.localLocationName, sources: sources)
        auditor.recordsLocal = audit.logLocal
        auditor.honeypots = audit.honeypots
        auditor.deadline = settings.lookup.deadline
        auditor.lookupTimeout = settings.lookup.timeout
        guard inputs.unreadable.isEmpty else {
            throw SetupFailure(inputs.unreadable.sorted() + problems, exitCode: .configuration)
        }
        if unindexed.count > Self.unindexedBound {
            notes.append(
                "\(unindexed.count) patterns have no literal text to be found by and are tried one by one "
                    + "at each login: \(unindexed.prefix(5).map(\.description).joined(separator: ", ")), …")
        }
    }
}
