/// What is done a second time, a while after the first: a value without clock.
///
/// A login that was under way when its password ended may have its session only after the first try.
package struct SecondTries: Sendable {
    private var waiting: [(task: SessionEnder.Task, due: Duration)] = []

    /// How long after the first try the second one is due.
    package static let delay = Duration.seconds(30)
    /// How many wait at most; those beyond are not tried again.
    package let limit: Int

    /// Makes one in which nothing waits.
    ///
    /// - Parameter limit: How many tasks wait at most.
    package init(limit: Int = 10_000) { self.limit = max(1, limit) }

    /// Notes tasks that are tried for the first time now: those about a password, not about a whole account.
    package mutating func add(_ tasks: [SessionEnder.Task], at now: Duration) {
        for var task in tasks where task.passwordID != nil && !task.isSecond && waiting.count < limit {
            task.isSecond = true
            waiting.append((task, now + Self.delay))
        }
    }

    /// Takes those that are due.
    package mutating func takeDue(at now: Duration) -> [SessionEnder.Task] {
        let due = waiting.prefix { $0.due <= now }.map(\.task)
        waiting.removeFirst(due.count)
        return due
    }
}
