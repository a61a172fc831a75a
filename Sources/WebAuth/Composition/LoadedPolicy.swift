import AuditCore
import Foundation
import PythonRegex
import Settings

/// What judging needs, read from settings and list files: neither a database nor a directory is asked.
struct LoadedPolicy: Sendable {
    /// For the auditor.
    var auditor: Auditor.Configuration
    /// How many entries each configured list has.
    var counts: [(list: DenyListKind, entries: Int)]
    /// In which form a list is that has not a line for each entry: `JSON`.
    var formats: [DenyListKind: String]
    /// How many bad lines each configured list has.
    var errors: [(list: DenyListKind, errors: Int)]
    /// Bad lines, as `file:line:column: message`.
    var problems: [String]
    /// What an administrator should know, though nothing is wrong.
    var notes: [String]

    /// More patterns than this that have to be tried one by one are worth a note.
    static let unindexedBound = 20

    /// Reads the lists.
    ///
    /// - Parameters:
    ///   - sources: Who is asked about addresses.
    ///   - onLimit: Called once for each pattern that hit the match limit at a login.
    /// - Throws: ``SetupFailure`` if a list file cannot be read; it names the bad lines of the others, too.
    init(_ settings: Settings, sources: FactSources, onLimit: @escaping @Sendable (ListProblem) -> Void) throws(SetupFailure) {
        let audit = settings.audit
        var files: [DenyListKind: DenyListFile] = [:]
        var unreadable: [String] = []
        for (kind, path) in audit.lists {
            if let data = FileManager.default.contents(atPath: path.resolved) {
                files[kind] = DenyListFile(name: path.written, bytes: Array(data))
            } else {
                unreadable.append(path.problem("cannot be read"))
            }
        }
        let build = DenyLists.build(
            files, engine: PCRE2PatternEngine(), matching: audit.patternMatching, onLimit: onLimit)
        problems = build.problems.map(\.description)
        guard unreadable.isEmpty else {
            throw SetupFailure(unreadable.sorted() + problems, exitCode: .configuration)
        }
        let policy = Policy(
            mode: audit.mode, disabledServices: audit.disabledServices,
            ignoreNetworks: PrefixSet(audit.ignoreNetworks), lists: build.lists, onUnknown: audit.onUnknown,
            onOverload: audit.onOverload)
        auditor = Auditor.Configuration(
            policy: policy, localNetworks: LocalNetworks(audit.localNetworks.map { ($0.prefix, $0.name) }),
            localLocationName: audit.localLocationName, sources: sources)
        auditor.recordsLocal = audit.logLocal
        auditor.deadline = settings.lookup.deadline
        auditor.lookupTimeout = settings.lookup.timeout
        counts = DenyListKind.allCases.compactMap { kind in build.lists.entryCounts[kind].map { (kind, $0) } }
        errors = DenyListKind.allCases.compactMap { kind in build.problemCounts[kind].map { (kind, $0) } }
        formats = build.formats
        notes = build.notes.map(\.description)
        if build.unindexedPatterns.count > Self.unindexedBound {
            notes.append(
                "\(build.unindexedPatterns.count) patterns have no literal text to be found by and are tried one by one "
                    + "at each login: \(build.unindexedPatterns.prefix(5).map(\.description).joined(separator: ", ")), …")
        }
    }
}
