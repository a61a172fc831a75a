/// What an administrator should know of the database, said when it begins.
public enum MariaDBNotice: Sendable, Hashable {
    /// The server gives logins no more than so many connections of those that are wanted; they make do with them.
    case fewerConnections(Int, of: Int, detail: String)
    /// There are as many connections again as are wanted.
    case enoughConnections(Int)
    /// The server prepares no statements; they are sent as text.
    case noPreparedStatements(detail: String)
}
