import ArgumentParser
import AuditCore
import Foundation
import PythonRegex

/// `lists diff`: what differs between two files of one list.
struct ListDifferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show which entries two files of one list differ in, and whether others are met.",
        discussion: """
            Order, comments and the way entries are written make no difference. Exit status 1 if others are met today, 78 if a \
            line is bad. Without --kind the files are read as the list for which the settings name one of them, else as the \
            one that most lines of the new one fit.

            Example: web-auth-server lists diff drop.txt drop.new.txt
            """)

    @OptionGroup var options: ConfigOption
    @Option(help: "Read as this list: \(DenyListKind.all(for: .allow).map(\.rawValue).joined(separator: ", ")).")
    var kind: DenyListKind?
    @Option(help: "How many entries are shown at most.")
    var limit = 1000
    @Argument(help: "The file as it was.")
    var old: String
    @Argument(help: "The file as it is to be.")
    var new: String

    func run() async throws {
        let named = try options.namedLists()
        let (before, after) = (try read(old), try read(new))
        let engine = PCRE2PatternEngine()
        let list =
            kind ?? named[old.standardized] ?? named[new.standardized]
            ?? ListInspection.likelyKind(of: after, engine: engine)
            ?? ListInspection.likelyKind(of: before, engine: engine)
        guard let list else {
            print("neither has an entry")
            return
        }
        let difference = ListDifference(from: before, to: after, as: list, engine: engine, at: .now)
        let lines =
            difference.removed.map { "- \(old):\($0.line): \($0.shown)" }
            + difference.added.map { "+ \(new):\($0.line): \($0.shown)" }
            + difference.changed.map { "~ \(new):\($0.new.line): \($0.new.shown), was \($0.old.lastDay.end)" }
        for line in lines.prefix(limit) { print(line) }
        if lines.count > limit { print("and \(lines.count - limit) more (--limit)") }
        print(
            "\(list): \(difference.added.count) added, \(difference.removed.count) removed, "
                + "\(difference.changed.count) with another end, \(difference.unchanged) unchanged")
        print(difference.coverage.shown)
        guard difference.problems.isEmpty else {
            throw SetupFailure(difference.problems.map(\.description), exitCode: .configuration)
        }
        if difference.coverage != .same { throw ExitCode(1) }
    }

    private func read(_ path: String) throws(SetupFailure) -> DenyListFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SetupFailure(["\(path):1:1: cannot be read"], exitCode: .configuration)
        }
        return DenyListFile(name: path, bytes: Array(data))
    }
}

extension ListDifference.Entry {
    fileprivate var shown: String { text.visible(limit: 240) + (lastDay == nil ? "" : " \(lastDay.end)") }
}

extension Day? {
    /// `until 2026-12-24`.
    fileprivate var end: String { map { "until \($0)" } ?? "without end" }
}

extension ListDifference.Coverage {
    fileprivate var shown: String {
        switch self {
        case .same: "the same are met"
        case .differs(nil, _), .differs(_, nil): "others are met"
        case .differs(let more?, let less?):
            "others are met: \(Self.addresses(more)) more, \(Self.addresses(less)) less"
        }
    }

    private static func addresses(_ count: Double) -> String {
        let number = count < 1e15 ? "\(Int64(count))" : "about 2^\(Int(log2(count).rounded()))"
        return "\(number) \(count == 1 ? "address" : "addresses")"
    }
}
