/// Where a report's records come from: one after the other, in any order.
package protocol ReportInput {
    /// The next record; nil at the end.
    ///
    /// - Throws: ``ReportError`` if the source cannot be read. What is no record is stepped over and counted in
    ///   ``notes``.
    mutating func next() throws(ReportError) -> ReportRecord?

    /// The name of the machine that the records are from, if they say; to be asked at the end.
    var machine: String? { get }

    /// What the reader of the report should know of the source, a sentence each: what could not be read. To be asked
    /// at the end.
    var notes: [String] { get }
}

/// A ``ReportInput`` of which each record can also be had with all its fields.
package protocol RecordInput: ReportInput {
    /// The next record's fields; nil at the end.
    ///
    /// - Throws: ``ReportError`` if the source cannot be read.
    mutating func nextFields() throws(ReportError) -> RecordFields?
}

extension RecordInput {
    /// The next record.
    package mutating func next() throws(ReportError) -> ReportRecord? { try nextFields()?.record }
}

extension ReportInput {
    /// Nothing says.
    package var machine: String? { nil }
}
