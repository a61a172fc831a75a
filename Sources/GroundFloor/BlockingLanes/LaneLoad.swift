/// What lanes have to do at one moment.
package struct LaneLoad: Sendable, Equatable {
    /// Lanes that run a call.
    package var busy: Int
    /// Lanes that wait for one.
    package var idle: Int
    /// Calls that wait for a lane.
    package var waiting: Int

    /// How many lanes work, how many do not, how many calls wait for one.
    package init(busy: Int, idle: Int, waiting: Int) {
        self.busy = busy
        self.idle = idle
        self.waiting = waiting
    }
}
