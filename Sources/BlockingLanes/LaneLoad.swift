/// What lanes have to do at one moment.
public struct LaneLoad: Sendable, Equatable {
    /// Lanes that run a call.
    public var busy: Int
    /// Lanes that wait for one.
    public var idle: Int
    /// Calls that wait for a lane.
    public var waiting: Int

    /// How many lanes work, how many do not, how many calls wait for one.
    public init(busy: Int, idle: Int, waiting: Int) {
        self.busy = busy
        self.idle = idle
        self.waiting = waiting
    }
}
