internal import AuditCore

/// Entries in the order of their last use: a table of places in an array, which are linked to a ring.
struct RecentlyUsed {
    private struct Place {
        var key = ""
        var value: [UInt8] = []
        var until: ContinuousClock.Instant?
        /// Used just after this one; the ring's head for the one used last.
        var newer = 0
        /// Used just before this one.
        var older = 0
    }

    private let capacity: Int
    /// The first is the ring's head: its `older` is the one used last, its `newer` the one used longest ago.
    private var places = [Place()]
    private var vacant: [Int] = []
    private var table: [String: Int] = [:]
    /// What the entries take.
    private(set) var bytes = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { table.count }

    /// The value, if it is alive; it is then the one used last.
    mutating func value(for key: String, at now: ContinuousClock.Instant) -> [UInt8]? {
        guard let index = table[key] else { return nil }
        guard let until = places[index].until, now < until else {
            remove(index)
            return nil
        }
        unlink(index)
        link(index)
        return places[index].value
    }

    /// Keeps an entry in place of what its key had, and drops what was used longest ago to make room.
    mutating func keep(_ entry: LookupCacheEntry, at now: ContinuousClock.Instant) {
        if let index = table[entry.key] { remove(index) }
        let size = Self.size(entry.key, entry.value)
        guard entry.lifetime > .zero, size <= capacity / 4 else { return }
        while bytes + size > capacity, places[0].newer != 0 { remove(places[0].newer) }
        let place = Place(key: entry.key, value: entry.value, until: now + entry.lifetime)
        let index: Int
        if let free = vacant.popLast() {
            index = free
            places[index] = place
        } else {
            index = places.count
            places.append(place)
        }
        table[entry.key] = index
        bytes += size
        link(index)
    }

    private mutating func remove(_ index: Int) {
        unlink(index)
        table[places[index].key] = nil
        bytes -= Self.size(places[index].key, places[index].value)
        places[index] = Place()
        vacant.append(index)
    }

    /// Makes it the one used last.
    private mutating func link(_ index: Int) {
        let last = places[0].older
        places[index].newer = 0
        places[index].older = last
        places[last].newer = index
        places[0].older = index
    }

    private mutating func unlink(_ index: Int) {
        let (newer, older) = (places[index].newer, places[index].older)
        places[newer].older = older
        places[older].newer = newer
    }

    private static func size(_ key: String, _ value: [UInt8]) -> Int {
        key.utf8.count + value.count + MemoryLookupCache.overhead
    }
}
