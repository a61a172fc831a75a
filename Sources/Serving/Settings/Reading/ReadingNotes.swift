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
    /// Files that hold a secret, as keys name them.
    private(set) var secretFiles: [SettingsPath] = []
    /// What was written in another form than the key's, and how it was read: `ldap.port = 389`.
    private var conversions: [(place: TextPosition, text: String)] = []

    init(file: String, positions: TOMLPositions, environment: SettingsEnvironment, baseDirectory: String) {
        self.file = file
        self.positions = positions
        self.environment = environment
        self.baseDirectory = baseDirectory
    }

    func knows(_ path: [String], _ kind: SettingsKey.Kind, isSet: Bool) {
        let path = path.filter { !$0.hasPrefix("[") }  // each table of an array has the same keys
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

    /// A number or boolean in quotes, or the one for the other, was taken for what it means; all are told in one warning.
    func converted(_ path: [String], to value: String) {
        conversions.append((positions.value(at: path), "\(Displayed.key(path)) = \(value)"))
    }

    /// The file at `path` holds a secret.
    func holdsSecret(_ path: SettingsPath) { secretFiles.append(path) }

    /// Resolves a path that was written in the file.
    func resolved(_ written: String, at key: [String] = []) -> SettingsPath {
        var path = SettingsPath(written: written, resolved: environment.absolute(written, from: baseDirectory))
        if !key.isEmpty { path.place = place(of: key) }
        return path
    }

    /// Where a key's value stands, and its name: `config.toml:9:15: audit.maxmind.city`.
    func place(of key: [String]) -> String {
        let place = positions.value(at: key)
        return "\(file):\(place.line):\(place.column): \(Displayed.key(key))"
    }

    /// Says in one warning what was converted. To be called when everything has been read.
    func finish() {
        let ordered = conversions.sorted { $0.place < $1.place }
        guard let first = ordered.first else { return }
        let shown = ordered.prefix(20).map(\.text).joined(separator: ", ") + (ordered.count > 20 ? ", …" : "")
        warnings.append(
            SettingsProblem(
                file: file, line: first.place.line, column: first.place.column,
                message: "read as \(shown): write numbers without quotes or fraction, booleans as true or false"))
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
        case boolean = "true or false"
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
