/// Why no report could be made.
public struct ReportError: Error, Sendable, CustomStringConvertible {
    /// For the administrator who asked for the report.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
