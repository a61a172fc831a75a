/// Values by their keys, as many as there is room for: the one that was used longest ago goes first.
///
/// Places in an array, linked to a ring; place 0 is its head.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Place {
        var key: Key?
        var value: Value?
        var newer = 0
        var older = 0
    }

    let capacity: Int
    private var places = [Place()]
    private var table: [Key: Int] = [:]

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var count: Int { table.count }

    /// What a key has; not a use.
    subscript(key: Key) -> Value? { table[key].flatMap { places[$0].value } }

    /// Uses a key: changes what it has, or what it begins with.
    mutating func use<Result>(_ key: Key, new: @autoclosure () -> Value, _ body: (inout Value) -> Result) -> Result {
        let index = table[key] ?? add(key)
        unlink(index)
        link(index)
        // Taken out meanwhile, so that it is not copied.
        var value = places[index].value.take() ?? new()
        defer { places[index].value = value }
        return body(&value)
    }

    /// Calls `body` for each, the one used longest ago first.
    func forEach(_ body: (Key, Value) -> Void) {
        var index = places[0].newer
        while index != 0 {
            if let key = places[index].key, let value = places[index].value { body(key, value) }
            index = places[index].newer
        }
    }

    private mutating func add(_ key: Key) -> Int {
        let index: Int
        if table.count >= capacity {
            index = places[0].newer
            if let old = places[index].key { table[old] = nil }
            places[index].value = nil
        } else {
            index = places.count
            places.append(Place())
            link(index)
        }
        places[index].key = key
        table[key] = index
        return index
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
}
