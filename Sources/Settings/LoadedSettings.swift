/// Settings that can be used, with what was noticed in their file.
public struct LoadedSettings: Sendable {
    /// The settings.
    public var settings: Settings
    /// What an administrator should know, in the order in which it was found.
    public var warnings: [SettingsProblem]
    /// The paths of the known keys that the file sets.
    let keysInFile: [[String]]
    /// The files that hold secrets (`token_file`, `password_file`).
    public var secretFiles: [SettingsPath]
}
