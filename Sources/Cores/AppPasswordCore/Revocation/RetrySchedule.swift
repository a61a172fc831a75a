/// What one server has to do yet, and when it is asked: in order, one at a time, for an hour at most. A value without clock.
///
/// After a failure the server is left alone for a second, then two, four, … up to a minute, and everything waits for that; then
/// another task is tried, so that one that fails for ever stops no other. Moments are durations since whenever, by a clock that
/// never goes back.
package struct RetrySchedule<Task: Sendable & Hashable>: Sendable {
    private struct Entry: Sendable {
        var task: Task
        var end: Duration
    }

    private var entries: [Entry] = []
    private var failures = 0
    /// When the next is to be tried; nil: there is none.
    package var due: Duration? { entries.isEmpty ? nil : notBefore }
    private var notBefore = Duration.zero

    /// How long a task is tried.
    package let patience: Duration
    /// How many tasks wait at most.
    package let limit: Int

    /// Makes one that has nothing to do.
    ///
    /// - Parameters:
    ///   - patience: How long a task is tried.
    ///   - limit: How many tasks wait at most.
    package init(patience: Duration = .seconds(3600), limit: Int = 10_000) {
        (self.patience, self.limit) = (patience, max(1, limit))
    }

    /// How many tasks wait.
    package var count: Int { entries.count }
    /// Whether the last try failed.
    package var isFailing: Bool { failures > 0 }

    /// Adds a task; one that waits already is not added again.
    ///
    /// - Returns: The task that is given up for it, if there was no room: the oldest.
    package mutating func add(_ task: Task, at now: Duration) -> Task? {
        guard !entries.contains(where: { $0.task == task }) else { return nil }
        var dropped: Task?
        if entries.count >= limit, let oldest = entries.indices.min(by: { entries[$0].end < entries[$1].end }) {
            dropped = entries.remove(at: oldest).task
        }
        entries.append(Entry(task: task, end: now + patience))
        return dropped
    }

    /// The task to try now; nil: none, or not yet.
    package func next(at now: Duration) -> Task? {
        guard now >= notBefore || failures == 0 else { return nil }
        return entries.first?.task
    }

    /// Says that a task is done, or cannot ever be.
    package mutating func finish(_ task: Task) {
        entries.removeAll { $0.task == task }
        (failures, notBefore) = (0, .zero)
    }

    /// Says that the server failed at a task, which is tried again after the others.
    ///
    /// - Returns: The tasks that are given up, their time being over.
    package mutating func fail(_ task: Task, at now: Duration) -> [Task] {
        if let index = entries.firstIndex(where: { $0.task == task }) { entries.append(entries.remove(at: index)) }
        failures += 1
        notBefore = now + .seconds(min(60, 1 << min(failures - 1, 6)))
        let over = entries.filter { $0.end <= now }.map(\.task)
        entries.removeAll { $0.end <= now }
        return over
    }
}
