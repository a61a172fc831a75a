/// What the connections of a store are doing at one moment.
package struct ConnectionCounts: Sendable, Equatable {
    /// Connections with a query under way.
    package var busy: Int
    /// Connections without one; they are opened when they are first needed.
    package var idle: Int
    /// Queries that wait for a connection.
    package var waiting: Int

    /// What was counted at one moment.
    package init(busy: Int, idle: Int, waiting: Int) { (self.busy, self.idle, self.waiting) = (busy, idle, waiting) }
}
