import ArgumentParser
import AuditCore
import Foundation
import PythonRegex
import Replay
import Report
import Settings

/// `lists stats`: what the lists of the settings hold, and what their lines met.
struct ListStatisticsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract:
            "Count the entries of each list, and name lines that others make useless, that have ended or that decide nothing.",
        discussion: """
            With --journal, --file, --namespace or --jsonl the logins of the audit trail are judged by the lists as they are now: \
            each line with the logins it decided, lines that met honeypots only, lines that decided nothing. Facts are taken as \
            recorded.

            Example: web-auth-server lists stats --journal --config /etc/dovecot-web-auth/config.toml
            """)

    @OptionGroup var options: ConfigOption
    @OptionGroup var records: RecordsOptions
    @Option(help: "From when on records are read: 90d, 2026-11-23, …; all: from the first.")
    var since = "90d"
    @Option(help: "How many lines of each list are named at most, of each kind.")
    var limit = 20

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit: a number of lines is expected") }
    }

    func run() async throws {
        let settings = try SettingsLocation(config: options.config).load().settings
        let now = Timestamp.now
        let uses = try records.areNamed ? self.uses(of: settings, at: now) : nil
        if let uses { print("judged by the lists as they are: \(uses.scope)") }
        var problems: [String] = []
        for (list, path) in settings.audit.lists.all {
            guard let data = FileManager.default.contents(atPath: path.resolved) else {
                problems.append("\(path.written):1:1: the list \(list) cannot be read")
                continue
            }
            let inspection = ListInspection(
                DenyListFile(name: path.written, bytes: Array(data)), as: list.kind, effect: list.effect,
                engine: PCRE2PatternEngine(), matching: settings.audit.patternMatching)
            let (useless, overlaps) = (inspection.useless, inspection.overlaps)
            let (ended, ending) = inspection.endings.counts(at: now)
            let met = uses.map { LineUses($0, of: list, in: path.written, among: inspection.entryLines) }
            print(
                "\(list): \(path.written): \(inspection.summary), \(useless.count) useless, \(overlaps.count) overlapping"
                    + (ended > 0 ? ", \(ended) ended" : "") + (ending > 0 ? ", \(ending) ending within a week" : "")
                    + (met?.summary ?? ""))
            for note in inspection.endings.notes(at: now, atMost: limit) { print("  \(note)") }
            for overlap in (useless + overlaps).prefix(limit) {
                print("  \(path.written):\(overlap.line): \(overlap.reason), line \(overlap.earlier)")
            }
            let unnamed = useless.count + overlaps.count - limit
            if unnamed > 0 { print("  and \(unnamed) more (--limit)") }
            for line in met?.lines(atMost: limit) ?? [] { print("  \(line)") }
            problems += inspection.problems.map(\.description)
        }
        for note in uses?.notes ?? [] { print("note: \(note)") }
        guard problems.isEmpty else { throw SetupFailure(problems, exitCode: .configuration) }
    }

    /// Judges the records with the lists as they are.
    private func uses(of settings: Settings, at now: Timestamp) throws -> ReplayFindings {
        let since = since == "all" ? nil : try RecordsOptions.time(since, "--since", before: now)
        let policy = try CandidateLists.policy(settings, areBadLinesFaults: false)
        var input = try records.open(since: since, until: now, hasFacts: true)
        let progress = ProgressLine()
        do throws(ReportError) {
            defer { progress.clear() }
            var configuration = Replay.Configuration(candidate: policy, baseline: .records, since: since, until: now)
            configuration.honeypots = settings.audit.honeypots
            return try Replay.run(configuration, over: &input) { progress.show("\($0) records judged") }
        } catch {
            throw SetupFailure([error.description], exitCode: .unavailable)
        }
    }
}

extension RecordsOptions {
    /// Whether it was said where records are.
    var areNamed: Bool { journal || !file.isEmpty || !jsonl.isEmpty || namespace != nil }
}
