import Locks

/// The snapshot in force.
final class LiveSnapshot: Sendable {
    private let snapshot: Mutex<Snapshot>

    init(_ snapshot: Snapshot) { self.snapshot = Mutex(snapshot) }

    var current: Snapshot { snapshot.withLock { $0 } }

    func replace(with fresh: Snapshot) { snapshot.withLock { $0 = fresh } }
}
