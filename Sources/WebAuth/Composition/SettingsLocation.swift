import Settings

/// Where the settings are, and what the command line sets in place of them.
struct SettingsLocation: Sendable {
    let source: SettingsSource
    let overrides: SettingsOverrides
    let environment: SettingsEnvironment

    /// Finds the settings.
    init(config: String?, overrides: SettingsOverrides = SettingsOverrides()) throws(SetupFailure) {
        environment = .process
        self.overrides = overrides
        do throws(SettingsProblem) {
            source = try SettingsSource.find(option: config, in: environment)
        } catch {
            throw SetupFailure([error.description], exitCode: .configuration)
        }
    }

    /// Reads the settings as they are now.
    func load() throws(SetupFailure) -> LoadedSettings {
        do throws(SettingsProblems) {
            return try Settings.load(source, overrides: overrides, in: environment)
        } catch {
            throw SetupFailure(error.problems.map(\.description), exitCode: .configuration)
        }
    }
}

extension LoadedSettings {
    /// What an administrator should know.
    var notes: [String] { warnings.map(\.description) }
}
