internal import AppPasswordCore

/// What is gathered while the tables of one settings file are read.
final class ReadingNotes {
    let file: String
    let positions: TOMLPositions
    let environment: SettingsEnvironment
    /// The directory that relative paths start from.
    let baseDirectory: String
    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [SettingsProblem] = []
    /// Every key that was asked for, set or not: what the program knows.
    private(set) var knownKeys: [SettingsKey] = []
    /// The known keys that the file sets, in the order in which they are read.
    private(set) var setKeys: [[String]] = []

    init(file: String, positions: TOMLPositions, environment: SettingsEnvironment, baseDirectory: String) {
        self.file = file
        self.positions = positions
        self.environment = environment
        self.baseDirectory = baseDirectory
    }

    func knows(_ path: [String], _ kind: SettingsKey.Kind, isSet: Bool) {
        knownKeys.append(SettingsKey(path: path.joined(separator: "."), kind: kind))
        if isSet { setKeys.append(path) }
    }

    /// A problem with what a key is set to.
    func problem(_ path: [String], _ message: String) {
        problems.append(entry(path, at: positions.value(at: path), message))
    }

    /// A problem with a key itself, or with one that is missing.
    func problem(atKey path: [String], _ message: String) {
        problems.append(entry(path, at: positions.key(at: path), message))
    }

    func warning(_ path: [String], _ message: String) {
        warnings.append(entry(path, at: positions.key(at: path), message))
    }

    /// Resolves a path that was written in the file.
    func resolved(_ written: String) -> SettingsPath {
        SettingsPath(written: written, resolved: environment.absolute(written, from: baseDirectory))
    }

    /// The problems in the order of the file, not more than an administrator reads.
    func orderedProblems() -> [SettingsProblem] {
        let ordered = problems.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }.map(\.element)
        guard ordered.count > 200 else { return ordered }
        var shown = Array(ordered[..<200])
        var rest = ordered[200]
        rest.key = ""
        rest.message = "… and \(ordered.count - 200) more problems"
        shown.append(rest)
        return shown
    }

    private func entry(_ path: [String], at place: TextPosition, _ message: String) -> SettingsProblem {
        SettingsProblem(
            file: file, line: place.line, column: place.column,
            key: Displayed.key(path), message: message)
    }
}

/// A key of the settings file.
package struct SettingsKey: Hashable, Sendable {
    /// What a key holds.
    package enum Kind: String, Sendable {
        case string = "a string"
        case integer = "an integer"
        case boolean = "a boolean"
        case duration = "a duration"
        case byteSize = "a size in bytes"
        case strings = "an array of strings"
        case map = "a table of strings"
        case table = "a table"
    }

    /// Dotted: `audit.lists.network_cc`.
    package var path: String
    /// What it holds.
    package var kind: Kind
}
