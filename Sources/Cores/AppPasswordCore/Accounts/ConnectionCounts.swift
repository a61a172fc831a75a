/// What the connections of a store are doing at one moment.
public struct ConnectionCounts: Sendable, Equatable {
    /// Connections with a query under way.
    public var busy: Int
    /// Connections without one; they are opened when they are first needed.
    public var idle: Int
    /// Queries that wait for a connection.
    public var waiting: Int

    /// What was counted at one moment.
    public init(busy: Int, idle: Int, waiting: Int) { (self.busy, self.idle, self.waiting) = (busy, idle, waiting) }
}
