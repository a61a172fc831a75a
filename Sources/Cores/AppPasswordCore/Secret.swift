/// A text that must not be shown: a token, a bind password, a connection string with a password in it.
///
/// Printing, interpolating, dumping and mirroring it give `<redacted>`.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself; hand it to the library that needs it and to nothing else.
    ///
    /// `==` on secrets is not constant in time: what a client sent is compared by other means.
    package let revealed: String

    /// Wraps a text.
    package init(_ text: String) { revealed = text }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// `<redacted>`.
    package var debugDescription: String { "<redacted>" }
    /// Shows no children.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
