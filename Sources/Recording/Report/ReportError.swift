/// Why no report could be made.
package struct ReportError: Error, Sendable, CustomStringConvertible {
    /// For the administrator who asked for the report.
    package let description: String

    /// Says what went wrong, in words for whoever asked for a report.
    package init(_ description: String) { self.description = description }
}
