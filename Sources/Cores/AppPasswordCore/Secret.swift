/// A text that must not be shown: a token, a bind password, a connection string with a password in it.
///
/// Printing, interpolating, dumping and mirroring it give `<redacted>`.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself; hand it to the library that needs it and to nothing else.
    ///
    /// `==` on secrets is not constant in time: what a client sent is compared by other means.
    public let revealed: String

    /// Wraps a text.
    public init(_ text: String) { revealed = text }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Shows no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
