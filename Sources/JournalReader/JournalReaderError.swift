/// Why the journal cannot be read.
public struct JournalReaderError: Error, Sendable, CustomStringConvertible {
    /// For the administrator.
    public let description: String

    init(_ description: String) { self.description = description }
}
