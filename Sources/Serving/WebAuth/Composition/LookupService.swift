import Locks

/// Runs the lookups in use, and those that were replaced until they are done.
final class LookupService: Sendable {
    private let current = Mutex<Lookups?>(nil)
    private let started: AsyncStream<Lookups>
    private let start: AsyncStream<Lookups>.Continuation

    init() { (started, start) = AsyncStream.makeStream() }

    /// Has these run from now on, and ends those of before; nothing happens if they are the same.
    func use(_ lookups: Lookups) {
        let old = current.withLock { current in
            defer { current = lookups }
            return current
        }
        guard old !== lookups else { return }
        start.yield(lookups)
        old?.end()
    }

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await lookups in started { group.addTask { await lookups.run() } }
        }
    }
}
