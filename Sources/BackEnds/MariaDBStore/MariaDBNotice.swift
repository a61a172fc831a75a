package import AppPasswordCore

/// What an administrator should know of the database, said when it begins.
package enum MariaDBNotice: Sendable, Hashable {
    /// The server gives logins no more than so many connections of those that are wanted; they make do with them.
    case fewerConnections(Int, of: Int, detail: String)
    /// There are as many connections again as are wanted.
    case enoughConnections(Int)
    /// Logins are asked of this server from now on: those before it cannot be had, or it can again.
    case otherServer(DatabaseHost)
    /// The server prepares no statements; they are sent as text.
    case noPreparedStatements(detail: String)
    /// App passwords are read in the replica.
    case replicaIsRead
    /// App passwords are read in the primary, though there is a replica.
    case replicaIsNotRead(reason: String)
}
