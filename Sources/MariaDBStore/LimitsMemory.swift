internal import Locks

/// Remembers whether limits of app passwords were ever seen.
final class LimitsMemory: Sendable {
    private let haveBeenSeen = Mutex(false)

    /// Whether they were there before and are not now.
    func areLost(_ tables: TableShape) -> Bool {
        haveBeenSeen.withLock { haveBeenSeen in
            if tables.hasLimits { haveBeenSeen = true }
            return haveBeenSeen && !tables.hasLimits
        }
    }
}
