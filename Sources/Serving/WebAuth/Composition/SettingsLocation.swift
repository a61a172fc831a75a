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

    /// Reads the settings as they are now, and none of the files that they name but those of secrets.
    func read() throws(SettingsProblems) -> LoadedSettings {
        try Settings.load(source, overrides: overrides, in: environment)
    }

    /// Reads the settings as they are now.
    ///
    /// - Throws: Every problem; of settings that cannot be used those in the files that they name, too.
    func load() throws(SetupFailure) -> LoadedSettings {
        do throws(SettingsProblems) {
            return try read()
        } catch {
            let inFiles = error.readable.map { FileCheck($0).problems } ?? []
            var failure = SetupFailure(error.problems.map(\.description) + inFiles, exitCode: .configuration)
            failure.notes = error.warnings.map(\.description)
            throw failure
        }
    }
}

extension LoadedSettings {
    /// What an administrator should know.
    var notes: [String] { warnings.map(\.description) }
}
