import ArgumentParser
import AuditCore
import Foundation
import Replay
import Report
import Settings

/// `replay`: judges recorded logins with other lists.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Judge the logins of the past with other lists: who would have been locked out, who let in?",
        discussion: """
            Compares with the settings in force (--in-force, else $CONFIG_PATH, ./config.toml, \
            /etc/dovecot-web-auth/config.toml). Without --config and --lists, and where no settings in force are found, it \
            compares with what was decided then. Nothing is looked up: facts are taken as recorded. Exit status: 0 no \
            difference, 1 differences, 3 too few facts to tell.

            Example: web-auth-server replay --lists new-lists --since 30d
            """)

    @Option(help: "The settings to try out.")
    var config: String?
    @Option(
        help:
            "A directory with lists to try out, named as those shipped: network_cc.deny.lst, …; others stay as they are."
    )
    var lists: String?
    @Option(help: "The settings in force, where they are not in the usual place.")
    var inForce: String?
    @OptionGroup var records: RecordsOptions
    @Option(help: "From when on: 30d, 2026-11-23, …; all: from the first record.")
    var since = "30d"
    @Option(help: "Until when; now, unless told otherwise.")
    var until: String?
    @Option(help: "text, json (docs/lists.md), or html: one page that needs nothing else.")
    var format = ReportFormat.text

    func validate() throws {
        if config != nil, lists != nil { throw ValidationError("--config and --lists exclude each other") }
    }

    func run() throws {
        let now = Timestamp.now
        let until = try self.until.map { try RecordsOptions.time($0, "--until", before: now) } ?? now
        let since = since == "all" ? nil : try RecordsOptions.time(since, "--since", before: now)
        guard since.map({ $0 < until }) ?? true else { throw ValidationError("--since is not before --until") }
        let (candidate, baseline, honeypots, notes) = try policies()
        var input = try records.open(since: since, until: until, hasFacts: true)
        let progress = ProgressLine()
        var configuration = Replay.Configuration(candidate: candidate, baseline: baseline, since: since, until: until)
        configuration.honeypots = honeypots
        var findings: ReplayFindings
        do throws(ReportError) {
            defer { progress.clear() }
            findings = try Replay.run(configuration, over: &input) { progress.show("\($0) records judged") }
        } catch {
            throw SetupFailure([error.description], exitCode: .unavailable)
        }
        findings.notes = notes + findings.notes
        switch format {
        case .text: print(findings.text, terminator: "")
        case .json: print(findings.json)
        case .html: print(findings.html, terminator: "")
        }
        if findings.outcome != .same { throw ExitCode(findings.outcome.rawValue) }
    }

    /// What is tried out, what it is compared with, which accounts are honeypots, and what the reader should know of that.
    private func policies() throws(SetupFailure) -> (Policy, Replay.Baseline, [NamePattern], [String]) {
        let found = try SettingsLocation(config: inForce)
        guard let config else {
            var settings = try found.load().settings
            let current = try CandidateLists.policy(settings, areBadLinesFaults: lists == nil)
            let honeypots = settings.audit.honeypots
            guard let lists else { return (current, .records, honeypots, Self.notes(current)) }
            try CandidateLists.use(lists, in: &settings)
            settings.audit.mode = .enforce  // what a list would do is the question
            let candidate = try CandidateLists.policy(settings, areBadLinesFaults: true)
            guard found.file != nil else { return (candidate, .records, honeypots, [Self.noneInForce]) }
            return (candidate, .policy(current), honeypots, [])
        }
        let wanted = try SettingsLocation(config: config)
        let settings = try wanted.load().settings
        let candidate = try CandidateLists.policy(settings, areBadLinesFaults: true)
        let (honeypots, notes) = (settings.audit.honeypots, Self.notes(candidate))
        guard let file = found.file else { return (candidate, .records, honeypots, notes + [Self.noneInForce]) }
        // The settings in force again: only the past can be compared with them.
        if file == wanted.file { return (candidate, .records, honeypots, notes) }
        let inForce = try found.load().settings
        let current = try CandidateLists.policy(inForce, areBadLinesFaults: false)
        return (candidate, .policy(current), honeypots + inForce.audit.honeypots, notes)
    }

    private static let noneInForce = "no settings in force were found (--in-force): compared with what was decided then"

    private static func notes(_ candidate: Policy) -> [String] {
        candidate.mode == .watch ? ["the settings tried out have audit.mode = \"watch\": they refuse nobody"] : []
    }
}

extension SettingsLocation {
    /// The file's full path; nil if the embedded default is used.
    var file: String? {
        guard case .file(let path) = source else { return nil }
        return URL(fileURLWithPath: path.resolved).standardizedFileURL.resolvingSymlinksInPath().path
    }
}
