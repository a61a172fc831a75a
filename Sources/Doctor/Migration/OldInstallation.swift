public import AuditCore
public import Settings

/// What there is of the old program: its settings, its lists, and the machine around it.
public struct OldInstallation: Sendable {
    /// A file in the directory of lists.
    public struct ListFile: Sendable {
        /// Its name, without the directory.
        public var name: String
        /// Its content.
        public var bytes: [UInt8]

        /// Takes what was read.
        public init(name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
    }

    /// The settings file, as it was named.
    public var file: String
    /// Its content.
    public var bytes: [UInt8]
    /// The directory it is in, absolute.
    public var directory: String
    /// The directory of the lists, as it was named; nil: they are where the settings say.
    public var listsDirectory: String?
    /// The files there.
    public var lists: [ListFile] = []
    /// The Dovecot that is here; nil: none was found.
    public var dovecot: DovecotVersion?
    /// The old program's unit, if there is one.
    public var unit: String?
    /// Which files exist, and what is in them.
    public var environment: SettingsEnvironment
    /// What reads patterns.
    public var engine: any PatternEngine

    /// Takes what there is.
    public init(
        file: String, bytes: [UInt8], directory: String, environment: SettingsEnvironment, engine: any PatternEngine
    ) {
        (self.file, self.bytes, self.directory) = (file, bytes, directory)
        (self.environment, self.engine) = (environment, engine)
    }

    /// The list of a path in the settings: the file there, else the one of this name in ``listsDirectory``.
    func list(_ path: SettingsPath) -> (path: String, bytes: [UInt8])? {
        if let bytes = try? environment.contents(path.resolved) { return (path.resolved, bytes) }
        let name = path.resolved.split(separator: "/").last.map(String.init) ?? ""
        guard let listsDirectory, let file = lists.first(where: { $0.name == name }) else { return nil }
        return ("\(listsDirectory)/\(name)", file.bytes)
    }
}
