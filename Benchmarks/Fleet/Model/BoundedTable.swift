/// Keys, each until some time, of which the one that was written longest ago goes when there is no more room.
struct BoundedTable<Key: Hashable & Sendable>: Sendable {
    private var entries: [Key: (end: Double, number: Int)] = [:]
    /// Keys in the order in which they were written; of those that were written again only the last counts.
    private var order: [(key: Key, number: Int)] = []
    private var first = 0
    private var number = 0
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { entries.count }

    /// Until when a key counts; nil: it does not.
    func end(of key: Key, at now: Double) -> Double? {
        entries[key].flatMap { now < $0.end ? $0.end : nil }
    }

    /// Writes a key.
    mutating func set(_ key: Key, until end: Double) {
        number += 1
        entries[key] = (end, number)
        order.append((key, number))
        while entries.count > capacity {
            let oldest = order[first]
            first += 1
            if entries[oldest.key]?.number == oldest.number { entries[oldest.key] = nil }
        }
        if order.count > 4 * capacity + 64 {
            order = order[first...].filter { entries[$0.key]?.number == $0.number }
            first = 0
        }
    }

    /// Forgets what does not count any more.
    mutating func tidy(at now: Double) {
        entries = entries.filter { now < $0.value.end }
    }
}
