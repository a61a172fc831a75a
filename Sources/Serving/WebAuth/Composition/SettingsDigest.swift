import AppPasswordCore
import ListSource
import Settings

extension Settings {
    /// SHA-256 over all that settings decide, in hexadecimal digits: the same on servers that are set alike, in whatever words.
    ///
    /// Of secrets only whether there is one counts, so that nothing can be tried against the digest. What is a server's own is left out: where it
    /// listens, and its directories.
    var digest: String {
        var alike = self
        let defaults = Server()
        alike.server.host = defaults.host
        alike.server.port = defaults.port
        alike.server.allowsPlaintext = defaults.allowsPlaintext
        alike.server.listensOnHost = defaults.listensOnHost
        alike.server.listen = []
        alike.server.stateDirectory = defaults.stateDirectory
        alike.baseDirectory = Settings().baseDirectory
        return ContentDigest.of(Self.text(of: alike))
    }

    /// All of a value in one text, in an order that is always the same.
    private static func text(of value: Any) -> String {
        if let secret = value as? Secret { return "\(secret)" }
        if let path = value as? SettingsPath { return quoted(path.written) }
        let mirror = Mirror(reflecting: value)
        let style = mirror.displayStyle
        if style == .dictionary || style == .set {
            return "{" + mirror.children.map { text(of: $0.value) }.sorted().joined(separator: ",") + "}"
        }
        if style == .optional { return mirror.children.first.map { "some(\(text(of: $0.value)))" } ?? "none" }
        guard !mirror.children.isEmpty else { return quoted("\(value)") }
        return "(" + mirror.children.map { "\($0.label ?? "")=\(text(of: $0.value))" }.joined(separator: ",") + ")"
    }

    /// No value can pass for two.
    private static func quoted(_ text: String) -> String { "\(text.utf8.count):\(text)" }
}
