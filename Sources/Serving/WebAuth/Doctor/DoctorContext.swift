import Settings

/// What the checks look at.
struct DoctorContext: Sendable {
    /// Where the settings are; nil if they are not where they were said to be.
    private(set) var location: SettingsLocation?
    /// The settings; with defaults for what could not be read. nil if nothing of them could be.
    private(set) var settings: Settings?
    /// What is wrong with them.
    private(set) var problems: [SettingsProblem] = []
    /// What was noticed besides.
    private(set) var warnings: [SettingsProblem] = []
    /// The files that hold secrets.
    private(set) var secretFiles: [SettingsPath] = []
    /// Whether the settings or our own environment say where the state directory is, so that a shell means the same as the
    /// service.
    private(set) var isStateNamed = true
    /// The unit of the service; nil if none is installed.
    let unit: ServiceUnit?
    /// Whose rights matter.
    let user: ServiceUser
    /// The user whose login is tried, if one is.
    var login: String?

    /// Reads the settings, as far as they can be read.
    init(config: String?, unit: ServiceUnit? = .installed()) {
        self.unit = unit
        user = ServiceUser.find(unit)
        let location: SettingsLocation
        do throws(SetupFailure) {
            location = try SettingsLocation(config: config)
        } catch {
            // Each begins with its file.
            problems = error.problems.map { problem in
                let file = problem.prefix { $0 != ":" }
                return SettingsProblem(file: String(file), message: String(problem.dropFirst(file.count + 6)))
            }
            return
        }
        self.location = location
        do throws(SettingsProblems) {
            let loaded = try location.read()
            (settings, warnings, secretFiles) = (Self.bounded(loaded.settings), loaded.warnings, loaded.secretFiles)
        } catch {
            (settings, problems, warnings) = (error.readable.map(Self.bounded), error.problems, error.warnings)
        }
        let isInEnvironment = location.environment.variables["STATE_DIRECTORY"] != nil
        if !isInEnvironment, settings?.server.stateDirectory == location.environment.workingDirectory + "/var" {
            isStateNamed = false
            // A shell has not the service's environment.
            if let directory = unit?.stateDirectory { settings?.server.stateDirectory = directory }
        }
    }

    /// The settings if they can be read and nothing is wrong with the keys of these tables.
    func settings(soundIn tables: String...) -> Settings? {
        let isBroken = problems.contains { problem in
            tables.contains { problem.key == $0 || problem.key.hasPrefix($0 + ".") }
        }
        return isBroken ? nil : settings
    }

    /// Whoever looks for faults does not want to wait as long as a login may.
    private static func bounded(_ settings: Settings) -> Settings {
        var settings = settings
        settings.database.timeout = min(settings.database.timeout, .seconds(10))
        if let ldap = settings.ldap { settings.ldap?.timeout = min(ldap.timeout, .seconds(10)) }
        return settings
    }
}
