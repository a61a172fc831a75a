import ArgumentParser
import AuditCore
import Foundation
import Report
import Settings

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report on logins: who was refused and why, what is new, where logins came from.",
        discussion: """
            Reads the systemd journal, for which one has to be root or in the group systemd-journal, or files. Times are \
            an age (90m, 24h, 7d), or UTC: 2026-11-23, 2026-11-23T17:15:00Z, or with a zone: 2026-11-23T18:15:00+01:00.

            Example: web-auth-server report --since 7d --format html > report.html
            """)

    @Option(help: "Where the report begins; all: with the first record.")
    var since = "24h"
    @Option(help: "Where it ends; now, unless told otherwise.")
    var until: String?
    @Option(help: "How long before that records tell which places a user is known from.")
    var history = "30d"
    @Option(help: "text, json (docs/audit-trail.md), or html: one page that needs nothing else.")
    var format = ReportFormat.text
    @Option(help: "What is known of networks: YAML with KNOWN_GOOD_ASNS, KNOWN_DNS_SUFF, AS_COMMENTS.")
    var info: String?
    @Option(help: "The settings, for audit.honeypots; else as every verb finds them.")
    var config: String?
    @OptionGroup var records: RecordsOptions

    func run() throws {
        let now = Timestamp.now
        let until = try self.until.map { try RecordsOptions.time($0, "--until", before: now) } ?? now
        let since = since == "all" ? nil : try RecordsOptions.time(since, "--since", before: now)
        guard since.map({ $0 < until }) ?? true else { throw ValidationError("--since is not before --until") }
        guard let history = Duration(quantity: history) else {
            throw ValidationError("--history: 30d, 12h or the like is expected")
        }
        let period = ReportPeriod(since: since, until: until)
        let (knowledge, honeypots) = (try knowledge(), try honeypots())
        var input = try records.open(since: since?.advanced(by: .zero - history), until: until, hasFacts: false)
        print(try write(&input, period, knowledge, honeypots), terminator: "")
    }

    private func write(
        _ input: inout any RecordInput, _ period: ReportPeriod, _ knowledge: ReportKnowledge,
        _ honeypots: [NamePattern]
    ) throws(SetupFailure) -> String {
        let progress = ProgressLine()
        defer { progress.clear() }
        do throws(ReportError) {
            return try Report.run(
                &input, period: period, format: format, knowledge: knowledge, honeypots: honeypots, machine: machine
            ) {
                progress.show("\($0) records read")
            }
        } catch {
            throw SetupFailure([error.description], exitCode: .unavailable)
        }
    }

    /// This machine's name, without asking DNS.
    private var machine: String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    /// The accounts that settings name. A report needs no settings: those that nobody named may be unreadable for whoever asks.
    private func honeypots() throws(SetupFailure) -> [NamePattern] {
        guard let config else { return (try? SettingsLocation(config: nil).load())?.settings.audit.honeypots ?? [] }
        return try SettingsLocation(config: config).load().settings.audit.honeypots
    }

    private func knowledge() throws(SetupFailure) -> ReportKnowledge {
        guard let info else { return ReportKnowledge() }
        guard let data = FileManager.default.contents(atPath: info), let text = String(data: data, encoding: .utf8)
        else {
            throw SetupFailure(["\(info): cannot be read, or is no UTF-8"], exitCode: .configuration)
        }
        do throws(ReportError) {
            let knowledge = try ReportKnowledge(yaml: text)
            for key in knowledge.unknownKeys { standardError("\(info): \(key) has no meaning here") }
            return knowledge
        } catch {
            throw SetupFailure(["\(info): \(error.description)"], exitCode: .configuration)
        }
    }
}
