internal import Locks

/// Remembers whether limits of app passwords were ever seen, in whatever database.
package final class LimitsMemory: Sendable {
    private let seen = Mutex((limits: false, suspensions: false))

    /// Makes one that has seen nothing.
    package init() {}

    /// Whether they, or what says that a password is suspended, were there before and are not now.
    ///
    /// - Parameter learns: Whether what is there now counts from now on.
    func areLost(_ tables: TableShape, learns: Bool) -> Bool {
        seen.withLock { seen in
            seen.limits = seen.limits || learns && tables.hasLimits
            seen.suspensions = seen.suspensions || learns && tables.hasSuspended
            return seen.limits && !tables.hasLimits || seen.suspensions && !tables.hasSuspended
        }
    }
}
