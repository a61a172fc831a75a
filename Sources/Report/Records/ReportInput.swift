/// Where a report's records come from: one after the other, oldest first as far as the source keeps order.
public protocol ReportInput {
    /// The next record; nil at the end.
    ///
    /// - Throws: ``ReportError`` if the source cannot be read. What is no record is stepped over and counted in
    ///   ``notes``.
    mutating func next() throws(ReportError) -> ReportRecord?

    /// What the reader of the report should know of the source, a sentence each: what could not be read. To be asked
    /// at the end.
    var notes: [String] { get }
}
