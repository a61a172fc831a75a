/// A deny list as it was read from disk.
public struct DenyListFile: Sendable {
    /// The path as written in the settings: what problems and rules show.
    package var name: String
    /// The file's content.
    package var bytes: [UInt8]

    /// Takes what was read, wherever it comes from.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// Makes a file from text.
    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }
}
