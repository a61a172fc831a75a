package import AuditCore
package import Settings

/// What there is of the old program: its settings, its lists, and the machine around it.
package struct OldInstallation: Sendable {
    /// A file in the directory of lists.
    package struct ListFile: Sendable {
        /// Its name, without the directory.
        package var name: String
        /// Its content.
        package var bytes: [UInt8]

        /// Takes what was read.
        package init(name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
    }

    /// The settings file, as it was named.
    package var file: String
    /// Its content.
    package var bytes: [UInt8]
    /// The directory it is in, absolute.
    package var directory: String
    /// The directory of the lists, as it was named; nil: they are where the settings say.
    package var listsDirectory: String?
    /// The files there.
    package var lists: [ListFile] = []
    /// The Dovecot that is here; nil: none was found.
    package var dovecot: DovecotVersion?
    /// The old program's unit, if there is one.
    package var unit: String?
    /// Which files exist, and what is in them.
    package var environment: SettingsEnvironment
    /// What reads patterns.
    package var engine: any PatternEngine

    /// Takes what there is.
    package init(
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
