/// A row of an answer, valid while it is being read.
protocol ResultRow {
    /// A column; nil for NULL.
    func text(_ column: Int) -> String?
}

extension ResultRow {
    /// A column as a number; nil for NULL and for what is none.
    func integer(_ column: Int) -> Int64? { text(column).flatMap { Int64($0) } }
}
