/// Why the journal cannot be read.
package struct JournalReaderError: Error, Sendable, CustomStringConvertible {
    /// For the administrator.
    package let description: String

    init(_ description: String) { self.description = description }
}
