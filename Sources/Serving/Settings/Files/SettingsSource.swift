/// Where the settings come from.
package enum SettingsSource: Sendable, Equatable {
    /// A file: its path as given, for messages, and its absolute path.
    case file(SettingsPath)
    /// No file was found: the program's own defaults.
    case embeddedDefault

    /// The file that is used when neither `--config` nor `$CONFIG_PATH` nor `./config.toml` is there.
    package static let systemFile = "/etc/dovecot-web-auth/config.toml"

    /// Finds the settings: `--config`, else `$CONFIG_PATH`, else `./config.toml`, else ``systemFile``, else the
    /// embedded default.
    ///
    /// - Parameter option: What `--config` named, if it was given.
    /// - Throws: A problem if the file that `--config` or `$CONFIG_PATH` names is not there; an empty `$CONFIG_PATH`
    ///   counts as not set.
    package static func find(
        option: String?, in environment: SettingsEnvironment
    ) throws(SettingsProblem) -> SettingsSource {
        let variable = environment.variables["CONFIG_PATH"].flatMap { $0.isEmpty ? nil : $0 }
        for (written, origin) in [(option, "--config"), (variable, "$CONFIG_PATH")] {
            guard let written else { continue }
            let path = path(written, environment)
            guard environment.isFile(path.resolved) else {
                throw SettingsProblem(file: written, message: "there is no such file (named by \(origin))")
            }
            return .file(path)
        }
        for written in ["config.toml", systemFile] {
            let path = path(written, environment)
            if environment.isFile(path.resolved) { return .file(path) }
        }
        return .embeddedDefault
    }

    private static func path(_ written: String, _ environment: SettingsEnvironment) -> SettingsPath {
        SettingsPath(written: written, resolved: environment.absolute(written, from: environment.workingDirectory))
    }
}
