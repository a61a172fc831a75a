public import ArgumentParser
public import AuditCore
import Foundation
import PythonRegex
import Settings

struct ListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lists", abstract: "Look at deny lists, in force or not.",
        discussion: "Example: web-auth-server lists check drop.txt",
        subcommands: [CheckListsCommand.self, ListStatisticsCommand.self])
}

/// `lists check`: reads files as lists, whether the settings name them or not.
struct CheckListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read files as deny lists and name each problem.",
        discussion: """
            Without --kind a file is read as the list for which the settings name it, else as the one that most of its \
            lines fit. Exit status 78 if any line is bad.

            Example: web-auth-server lists check --kind ip_networks drop.txt
            """)

    @OptionGroup var options: ConfigOption
    @Option(help: "Read as this list: \(DenyListKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: DenyListKind?
    @Argument(help: "The files.")
    var files: [String]

    func run() async throws {
        let named = try namedLists()
        var problems: [String] = []
        for path in files {
            guard let data = FileManager.default.contents(atPath: path) else {
                problems.append("\(path):1:1: cannot be read")
                continue
            }
            let file = DenyListFile(name: path, bytes: Array(data))
            let engine = PCRE2PatternEngine()
            let reason: String
            let list: DenyListKind
            if let kind {
                (list, reason) = (kind, "as you say")
            } else if let kind = named[URL(fileURLWithPath: path).standardizedFileURL.path] {
                (list, reason) = (kind, "as the settings have it")
            } else if let kind = ListInspection.likelyKind(of: file, engine: engine) {
                (list, reason) = (kind, "as its lines look; --kind says otherwise")
            } else {
                print("\(path): no entries")
                continue
            }
            let inspection = ListInspection(file, as: list, engine: engine)
            print("\(path): \(list.rawValue), \(reason): \(inspection.summary)")
            for note in inspection.notes { print("note: \(note)") }
            problems += inspection.problems.map(\.description)
        }
        guard problems.isEmpty else { throw SetupFailure(problems, exitCode: .configuration) }
    }

    /// Which list each file of the settings is, by its full path; none if there are no settings that can be read.
    private func namedLists() throws -> [String: DenyListKind] {
        let settings: Settings
        do {
            settings = try SettingsLocation(config: options.config).load().settings
        } catch {
            // Lists can be looked at before there are settings; but those that were named have to be good.
            if options.config != nil { throw error }
            return [:]
        }
        let paths = settings.audit.lists.map { (URL(fileURLWithPath: $1.resolved).standardizedFileURL.path, $0) }
        return Dictionary(paths) { first, _ in first }
    }
}

/// `lists stats`: what the lists of the settings hold.
struct ListStatisticsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Count the entries of each list, and name lines that others make useless.",
        discussion: "Example: web-auth-server lists stats --config /etc/dovecot-web-auth/config.toml")

    @OptionGroup var options: ConfigOption
    @Option(help: "How many lines of each list are named at most.")
    var limit = 20

    func run() async throws {
        let settings = try SettingsLocation(config: options.config).load().settings
        var problems: [String] = []
        for kind in DenyListKind.allCases {
            guard let path = settings.audit.lists[kind] else { continue }
            guard let data = FileManager.default.contents(atPath: path.resolved) else {
                problems.append("\(path.written):1:1: the list \(kind.rawValue) cannot be read")
                continue
            }
            let inspection = ListInspection(
                DenyListFile(name: path.written, bytes: Array(data)), as: kind, engine: PCRE2PatternEngine(),
                matching: settings.audit.patternMatching)
            let (useless, overlaps) = (inspection.useless, inspection.overlaps)
            print(
                "\(kind.rawValue): \(path.written): \(inspection.summary), \(useless.count) useless, "
                    + "\(overlaps.count) overlapping")
            for overlap in (useless + overlaps).prefix(limit) {
                print("  \(path.written):\(overlap.line): \(overlap.reason), line \(overlap.earlier)")
            }
            let unnamed = useless.count + overlaps.count - limit
            if unnamed > 0 { print("  and \(unnamed) more (--limit)") }
            problems += inspection.problems.map(\.description)
        }
        guard problems.isEmpty else { throw SetupFailure(problems, exitCode: .configuration) }
    }
}

extension DenyListKind: ExpressibleByArgument {}

extension ListInspection {
    /// `12 entries (JSON)`.
    fileprivate var summary: String {
        "\(entries) \(entries == 1 ? "entry" : "entries")\(format.map { " (\($0))" } ?? "")"
    }
}
