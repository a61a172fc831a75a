/// Settings that can be used, with what was noticed in their file.
package struct LoadedSettings: Sendable {
    /// The settings.
    package var settings: Settings
    /// What an administrator should know, in the order in which it was found.
    package var warnings: [SettingsProblem]
    /// The paths of the known keys that the file sets.
    let keysInFile: [[String]]
    /// The files that hold secrets (`token_file`, `password_file`).
    package var secretFiles: [SettingsPath]
}
