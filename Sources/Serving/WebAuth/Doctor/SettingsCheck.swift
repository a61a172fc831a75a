import Doctor
import Settings

extension DoctorCheck {
    /// The settings file: every problem with its line, and what was noticed.
    static func settings(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("settings") {
            let problems = context.problems.map { problem in
                Finding.error(
                    problem.id("settings"), problem.message.isEmpty ? "cannot be read" : problem.description,
                    why: context.location == nil
                        ? "without its settings the service does not start" : "the service does not start with it",
                    change: problem.place)
            }
            let warnings = context.warnings.map { note in
                Finding.warning(
                    note.id("settings.note"), note.description,
                    why: "the settings may not say what they are meant to", change: note.place)
            }
            return problems + warnings + missing(context)
        }
    }

    private static func missing(_ context: DoctorContext) -> [Finding] {
        guard let location = context.location, case .embeddedDefault = location.source else { return [] }
        return [
            .warning(
                "settings.missing", "there is no settings file, so the embedded default is used",
                why: "app passwords are in an SQLite file, there is no directory of accounts, and no list is in force",
                change: "make \(SettingsSource.systemFile), or name another by --config or $CONFIG_PATH",
                hints: ["install -D -m 640 config.toml.example \(SettingsSource.systemFile)"])
        ]
    }
}

extension SettingsProblem {
    /// `settings.ldap.tls`.
    fileprivate func id(_ area: String) -> String { key.isEmpty ? area : "\(area).\(key)" }

    /// `line 4 of config.toml: ldap.tls`.
    fileprivate var place: String { "line \(line) of \(file)" + (key.isEmpty ? "" : ": \(key)") }
}
