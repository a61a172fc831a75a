/// Settings that can be used, with what was noticed in their file.
public struct LoadedSettings: Sendable {
    /// The settings.
    public var settings: Settings
    /// What an administrator should know, in the order in which it was found.
    public var warnings: [SettingsProblem]
    /// The paths of the known keys that the file sets.
    let keysInFile: [[String]]

    /// The keys that the file sets and that do nothing in a program with only these features, dotted, in the order of
    /// SPEC section 3; to be named to the administrator: `lookup.rdap.enabled has no effect yet`.
    public func keysWithoutEffect(supported: Set<SettingsFeature>) -> [String] {
        keysInFile.filter { path in
            SettingsFeature.needed(by: path, in: settings).map { !supported.contains($0) } ?? false
        }.map(Displayed.key)
    }
}
