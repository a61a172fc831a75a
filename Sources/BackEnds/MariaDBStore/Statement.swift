/// A statement of one connection; lives and dies before it.
protocol Statement: AnyObject {
    /// Sends the parameters and runs it: one round trip.
    ///
    /// - Returns: How many rows were changed (matched, for an UPDATE).
    func execute(_ parameters: [SQLValue], watch: Stopwatch) throws(SQLError) -> Int

    /// Reads the rows of the last ``execute(_:watch:)``, each while `read` runs.
    func rows<Row>(watch: Stopwatch, _ read: (any ResultRow) -> Row?) throws(SQLError) -> [Row]

    /// The id given to the last row inserted.
    var insertedID: Int64 { get }
}
