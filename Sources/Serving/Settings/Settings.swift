internal import AppPasswordCore

/// Everything an administrator can set, with its defaults.
package struct Settings: Sendable {
    /// `[server]`.
    package var server = Server()
    /// `[database]`.
    package var database = Database()
    /// `[ldap]`; nil: no directory, an account exists if it has an app password.
    package var ldap: LDAP?
    /// `[cache]`.
    package var cache = Cache()
    /// `[shared]`.
    package var shared = Shared()
    /// `[auth]`.
    package var auth = Auth()
    /// `[dovecot]`.
    package var dovecot = Dovecot()
    /// `[audit]`.
    package var audit = Audit()
    /// `[alarms]`.
    package var alarms = Alarms()
    /// `[lists]`.
    package var lists = Lists()
    /// `[lookup]`.
    package var lookup = Lookup()
    /// `[log]`.
    package var log = Log()
    /// The directory that relative paths of the settings start from, absolute.
    package var baseDirectory = "/"

    /// The defaults of a settings file that sets nothing, before the environment has been looked at.
    package init() {}

    /// What is used when there is no settings file: SQLite and a lookup cache in the state directory, no directory of
    /// accounts, no MaxMind, no lists, loopback only.
    ///
    /// - Throws: Problems with the overrides.
    package static func embeddedDefault(
        overrides: SettingsOverrides = SettingsOverrides(), in environment: SettingsEnvironment
    ) throws(SettingsProblems) -> Settings {
        var settings = try read(
            TOMLDocument(), file: "embedded default", baseDirectory: environment.workingDirectory, overrides: overrides,
            in: environment
        ).settings
        settings.cache.mode = .sqlite
        return settings
    }

    /// Reads and parses the settings from where they were found.
    ///
    /// - Throws: Every problem, if there is any.
    package static func load(
        _ source: SettingsSource, overrides: SettingsOverrides = SettingsOverrides(),
        in environment: SettingsEnvironment
    ) throws(SettingsProblems) -> LoadedSettings {
        guard case .file(let path) = source else {
            return LoadedSettings(
                settings: try embeddedDefault(overrides: overrides, in: environment), warnings: [], keysInFile: [],
                secretFiles: [])
        }
        let bytes: [UInt8]
        do {
            bytes = try environment.contents(path.resolved)
        } catch {
            throw SettingsProblems([SettingsProblem(file: path.written, message: "cannot be read: \(error.reason)")])
        }
        let directory = path.resolved.lastIndex(of: "/").map { String(path.resolved[..<$0]) } ?? ""
        return try parse(
            bytes, file: path.written, baseDirectory: directory.isEmpty ? "/" : directory, overrides: overrides,
            in: environment)
    }

    /// Parses a settings file.
    ///
    /// - Parameters:
    ///   - bytes: Its content: UTF-8, with or without a byte order mark, lines ended by LF or CRLF.
    ///   - file: Its name in messages.
    ///   - baseDirectory: The absolute directory that relative paths in it start from.
    ///   - overrides: What the command line sets in place of it.
    ///   - environment: Where secrets and lists are looked for.
    /// - Throws: Every problem found; of a file that is no TOML just the first.
    package static func parse(
        _ bytes: [UInt8], file: String, baseDirectory: String, overrides: SettingsOverrides = SettingsOverrides(),
        in environment: SettingsEnvironment
    ) throws(SettingsProblems) -> LoadedSettings {
        let document: TOMLDocument
        do {
            document = try TOMLDocument(parsing: bytes, file: file)
        } catch {
            throw SettingsProblems([error])
        }
        return try read(document, file: file, baseDirectory: baseDirectory, overrides: overrides, in: environment)
    }

    /// Every key that a settings file can have.
    package static func knownKeys() -> [SettingsKey] {
        let environment = SettingsEnvironment(
            isFile: { _ in false }, contents: { _ throws(UnreadableFile) in throw UnreadableFile(reason: "none") })
        let notes = ReadingNotes(
            file: "", positions: TOMLPositions(scanning: []), environment: environment, baseDirectory: "/")
        _ = Settings(reading: [:], notes: notes, overrides: SettingsOverrides())
        return notes.knownKeys
    }

    private static func read(
        _ document: TOMLDocument, file: String, baseDirectory: String, overrides: SettingsOverrides,
        in environment: SettingsEnvironment
    ) throws(SettingsProblems) -> LoadedSettings {
        let notes = ReadingNotes(
            file: file, positions: document.positions, environment: environment, baseDirectory: baseDirectory)
        let settings = Settings(reading: document.root, notes: notes, overrides: overrides)
        let problems = notes.orderedProblems()
        notes.finish()
        guard problems.isEmpty else {
            var found = SettingsProblems(problems, warnings: notes.warnings)
            found.readable = settings.naming(filesThatExistIn: environment)
            throw found
        }
        return LoadedSettings(
            settings: settings, warnings: notes.warnings, keysInFile: notes.setKeys, secretFiles: notes.secretFiles)
    }

    /// The same without lists and databases that are not there, whose absence has been reported.
    private func naming(filesThatExistIn environment: SettingsEnvironment) -> Settings {
        var settings = self
        func exists(_ path: SettingsPath) -> Bool { environment.isFile(path.resolved) }
        settings.audit.lists = audit.lists.filter(exists)
        settings.audit.maxMind.city = audit.maxMind.city.flatMap { exists($0) ? $0 : nil }
        settings.audit.maxMind.asn = audit.maxMind.asn.flatMap { exists($0) ? $0 : nil }
        return settings
    }

    private init(reading members: [String: TOMLNode], notes: ReadingNotes, overrides: SettingsOverrides) {
        let top = TableReader(notes: notes, path: [], members: members)
        baseDirectory = notes.baseDirectory
        server = Server(reading: top.table("server"), overrides: overrides)
        database = Database(reading: top.table("database"))
        let directory = top.table("ldap")
        let readLDAP = LDAP(reading: directory)
        ldap = directory.isPresent ? readLDAP : nil
        cache = Cache(reading: top.table("cache"))
        shared = Shared(reading: top.table("shared"), cache: cache)
        auth = Auth(reading: top.table("auth"))
        dovecot = Dovecot(reading: top.table("dovecot"))
        audit = Audit(reading: top.table("audit"))
        alarms = Alarms(reading: top.table("alarms"), hasDirectory: ldap != nil)
        lists = Lists(reading: top.table("lists"))
        lookup = Lookup(reading: top.table("lookup"))
        if overrides.isOffline { lookup.isOffline = true }
        log = Log(reading: top.rawTable("log"), notes: notes)
        top.finish()
    }
}
