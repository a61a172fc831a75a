internal import AuditCore
internal import Locks

/// Entries in the order of their last use, bounded by the memory that they take.
struct RecentlyUsed {
    private struct Entry {
        var value: [UInt8]
        var until: ContinuousClock.Instant
    }

    private let capacity: Int
    private var table = RecentTable<String, Entry>()
    /// What the entries take.
    private(set) var bytes = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { table.count }

    /// The value, if it is alive; it is then the one used last.
    mutating func value(for key: String, at now: ContinuousClock.Instant) -> [UInt8]? {
        guard let entry = table.use(key) else { return nil }
        guard now < entry.until else {
            remove(key)
            return nil
        }
        return entry.value
    }

    /// Keeps an entry in place of what its key had, and drops what was used longest ago to make room.
    mutating func keep(_ entry: LookupCacheEntry, at now: ContinuousClock.Instant) {
        remove(entry.key)
        let size = Self.size(entry.key, entry.value)
        guard entry.lifetime > .zero, size <= capacity / 4 else { return }
        while bytes + size > capacity, let (key, old) = table.removeOldest() { bytes -= Self.size(key, old.value) }
        table.set(entry.key, to: Entry(value: entry.value, until: now + entry.lifetime))
        bytes += size
    }

    private mutating func remove(_ key: String) {
        if let old = table.remove(key) { bytes -= Self.size(key, old.value) }
    }

    private static func size(_ key: String, _ value: [UInt8]) -> Int {
        key.utf8.count + value.count + MemoryLookupCache.overhead
    }
}
