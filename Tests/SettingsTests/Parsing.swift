import Settings
import Testing

/// Files of a test: the contents by absolute path.
func environment(
    files: [String: String] = [:], variables: [String: String] = [:]
) -> SettingsEnvironment {
    SettingsEnvironment(
        variables: variables, workingDirectory: "/work-dir", isFile: { files[$0] != nil },
        contents: { path throws(UnreadableFile) in
            guard let text = files[path] else { throw UnreadableFile(reason: "No such file or directory") }
            return Array(text.utf8)
        })
}

/// Parses a text as `/etc/x/config.toml`.
func parse(
    _ text: String, files: [String: String] = [:], variables: [String: String] = [:],
    overrides: SettingsOverrides = SettingsOverrides()
) throws(SettingsProblems) -> LoadedSettings {
    try Settings.parse(
        Array(text.utf8), file: "config.toml", baseDirectory: "/etc/x", overrides: overrides,
        in: environment(files: files, variables: variables))
}

/// The problems of a text, as printed.
func problems(
    _ text: String, files: [String: String] = [:], overrides: SettingsOverrides = SettingsOverrides()
) -> [String] {
    do {
        _ = try parse(text, files: files, overrides: overrides)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// What a file of CA certificates looks like.
let certificateFile = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUBq0=\n-----END CERTIFICATE-----\n"
