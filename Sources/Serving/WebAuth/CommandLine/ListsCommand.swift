public import ArgumentParser
public import AuditCore
import Foundation
import PythonRegex
import Settings

struct ListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lists", abstract: "Look at deny lists, in force or not; sign them.",
        discussion: "Example: web-auth-server lists check drop.txt",
        subcommands: [
            CheckListsCommand.self, ListStatisticsCommand.self, ListDifferenceCommand.self, ListKeysCommand.self,
            SignListsCommand.self, VerifyListsCommand.self,
        ])
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
    @Option(help: "Read as this list: \(DenyListKind.all(for: .allow).map(\.rawValue).joined(separator: ", ")).")
    var kind: DenyListKind?
    @Argument(help: "The files.")
    var files: [String]

    func run() async throws {
        let named = try options.namedLists()
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
            } else if let kind = named[path.standardized] {
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
            for note in inspection.endings.notes(at: .now) { print("note: \(note)") }
            problems += inspection.problems.map(\.description)
        }
        guard problems.isEmpty else { throw SetupFailure(problems, exitCode: .configuration) }
    }
}

extension DenyListKind: ExpressibleByArgument {}

extension ConfigOption {
    /// Which list each file of the settings is, by its full path; none if there are no settings that can be read.
    func namedLists() throws -> [String: DenyListKind] {
        let settings: Settings
        do {
            settings = try SettingsLocation(config: config).load().settings
        } catch {
            // Lists can be looked at before there are settings; but those that were named have to be good.
            if config != nil { throw error }
            return [:]
        }
        let paths = settings.audit.lists.all.map { ($0.path.resolved.standardized, $0.list.kind) }
        return Dictionary(paths) { first, _ in first }
    }
}

extension String {
    /// The path with `.` and `..` resolved.
    var standardized: String { URL(fileURLWithPath: self).standardizedFileURL.path }
}

extension ListInspection {
    /// `12 entries (JSON)`.
    var summary: String {
        "\(entries) \(entries == 1 ? "entry" : "entries")\(format.map { " (\($0))" } ?? "")"
    }
}
