/// A path in the settings.
package struct SettingsPath: Sendable, Hashable, CustomStringConvertible {
    /// As it is written there; `explain` and the audit records name lists so.
    package var written: String
    /// Absolute; a relative one starts at the directory of the settings file.
    package var resolved: String
    /// Which key of which file names it, for messages: `config.toml:9:15: audit.maxmind.city`; empty if none does. Makes
    /// no path differ from another.
    package var place = ""

    /// A path as it stands in the settings, and what it means.
    package init(written: String, resolved: String) {
        self.written = written
        self.resolved = resolved
    }

    /// As it is written.
    package var description: String { written }

    /// What is wrong with the file, behind the place that names it, or behind the path where nothing does.
    package func problem(_ message: String) -> String {
        place.isEmpty ? "\(written):1:1: \(message)" : "\(place): \(Displayed.quoted(resolved)) \(message)"
    }

    /// Whether both lead to the same file by the same words.
    package static func == (one: SettingsPath, other: SettingsPath) -> Bool {
        one.written == other.written && one.resolved == other.resolved
    }

    /// Hashes what is compared.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(written)
        hasher.combine(resolved)
    }
}
