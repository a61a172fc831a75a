internal import Locks

/// Limits as they were read, kept for as long as their row says the same: a password in use is read once.
final class LimitReadings: Sendable {
    private struct Reading: Sendable {
        var columns: [String?]
        var limits: Limits
    }

    /// A row of more bytes is read each time.
    private static let mostBytes = 8192
    /// Some kilobytes each at most, mostly a few hundred bytes.
    private let readings = Mutex(RecentTable<Int64, Reading>(capacity: 4096))

    /// What the row of a password says.
    ///
    /// - Throws: ``LimitsError`` as ``StoredLimits/read()``.
    /// - Complexity: Linear in the texts; nothing is allocated where they are those of the last time.
    func read(_ stored: StoredLimits, of id: Int64) throws(LimitsError) -> Limits {
        if let last = readings.withLock({ $0.use(id) }), last.columns == stored.columns { return last.limits }
        let limits = try stored.read()
        guard stored.columns.reduce(0, { $0 + ($1?.utf8.count ?? 0) }) <= Self.mostBytes else { return limits }
        readings.withLock { $0.set(id, to: Reading(columns: stored.columns, limits: limits)) }
        return limits
    }
}
