/// Why no report could be made.
public struct ReportError: Error, Sendable, CustomStringConvertible {
    /// For the administrator who asked for the report.
    public let description: String

    /// Says what went wrong, in words for whoever asked for a report.
    public init(_ description: String) { self.description = description }
}
