/// A parameter of a prepared statement.
enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case text(String)

    /// Text, or NULL for nil.
    init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
}
