/// A password as the client sent it: any bytes, never printed.
public struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The bytes; hand them to a hash and to nothing else.
    public let bytes: [UInt8]

    /// Wraps bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }
    /// Wraps the UTF-8 bytes of a text.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Shows no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
