/// A path in the settings.
public struct SettingsPath: Sendable, Hashable, CustomStringConvertible {
    /// As it is written there; `explain` and the audit records name lists so.
    public var written: String
    /// Absolute; a relative one starts at the directory of the settings file.
    public var resolved: String

    /// Makes a path.
    public init(written: String, resolved: String) {
        self.written = written
        self.resolved = resolved
    }

    /// As it is written.
    public var description: String { written }
}
