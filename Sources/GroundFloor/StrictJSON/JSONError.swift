/// Why a text is no JSON; it never quotes the text.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    /// What is wrong: `value expected`.
    package let reason: String
    /// Where, counted in bytes from 0.
    package let offset: Int

    init(_ reason: String, at offset: Int) { (self.reason, self.offset) = (reason, offset) }

    /// `value expected at byte 12`.
    package var description: String { "\(reason) at byte \(offset)" }
}
