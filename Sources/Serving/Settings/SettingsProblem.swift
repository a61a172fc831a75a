/// Something about a settings file that an administrator has to know, with the place it stands at.
package struct SettingsProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named (`--config`, `$CONFIG_PATH`, …).
    package var file: String
    /// Line number, from 1.
    package var line: Int
    /// Column, from 1, counted in Unicode scalars.
    package var column: Int
    /// The key it is about, dotted: `audit.lists.network_cc`; empty if it is about the file.
    package var key: String
    /// What is wrong and what would be right; never a secret.
    package var message: String

    /// Says what is wrong where; without a place it is the file as a whole.
    package init(file: String, line: Int = 1, column: Int = 1, key: String = "", message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.message = message
    }

    /// `config.toml:12:8: audit.mode: "wach" is none of enforce, watch`.
    package var description: String {
        "\(file):\(line):\(column): \(key.isEmpty ? "" : "\(key): ")\(message)"
    }
}

/// Every problem of a settings file; it is not used.
package struct SettingsProblems: Error, Sendable, CustomStringConvertible {
    /// The problems in the order of the file; at least one, at most 201.
    package var problems: [SettingsProblem]
    /// What was also noticed, but would not have stopped the program.
    package var warnings: [SettingsProblem]
    /// What could be read, with defaults for what could not: for looking on for problems, in the files that it names, and
    /// for nothing else. nil if the file is no TOML.
    package var readable: Settings?

    /// Gathers problems.
    package init(_ problems: [SettingsProblem], warnings: [SettingsProblem] = []) {
        self.problems = problems
        self.warnings = warnings
    }

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
