/// Values by key, in the order of their last use; of more than a number of them the one used longest ago goes.
///
/// Places in an array, linked to a ring, so that each operation takes constant time.
package struct RecentTable<Key: Hashable, Value> {
    @usableFromInline struct Place {
        @usableFromInline var key: Key?
        @usableFromInline var value: Value?
        /// Used just after this one; the ring's head for the one used last.
        @usableFromInline var newer = 0
        /// Used just before this one.
        @usableFromInline var older = 0

        @usableFromInline init() {}
    }

    @usableFromInline let capacity: Int
    /// The first is the ring's head: its `older` is the one used last, its `newer` the one used longest ago.
    @usableFromInline var places = [Place()]
    @usableFromInline var vacant: [Int] = []
    @usableFromInline var table: [Key: Int] = [:]

    /// - Parameter capacity: How many there may be, one at least.
    package init(capacity: Int = .max) { self.capacity = max(1, capacity) }

    /// How many there are.
    @inlinable package var count: Int { table.count }

    /// What a key has; not a use.
    @inlinable package subscript(key: Key) -> Value? { table[key].flatMap { places[$0].value } }

    /// Uses a key: lends what it has, or what it begins with.
    @inlinable package mutating func use<Result>(
        _ key: Key, new: @autoclosure () -> Value, _ body: (inout Value) -> Result
    ) -> Result {
        let index = place(of: key)
        // Taken out meanwhile, so that it is not copied.
        var value = places[index].value.take() ?? new()
        defer { places[index].value = value }
        return body(&value)
    }

    /// Uses a key: puts a value in the place of what it has.
    @inlinable package mutating func set(_ key: Key, to value: Value) { places[place(of: key)].value = value }

    /// Uses a key, and returns what it has; nil, and nothing changes, if that is nothing.
    @inlinable package mutating func use(_ key: Key) -> Value? {
        guard let index = table[key] else { return nil }
        unlink(index)
        link(index)
        return places[index].value
    }

    /// Removes a key, and returns what it had.
    @discardableResult
    @inlinable package mutating func remove(_ key: Key) -> Value? { table[key].flatMap { remove(at: $0)?.value } }

    /// Removes the one used longest ago; nil if there is none.
    @inlinable package mutating func removeOldest() -> (key: Key, value: Value)? {
        places[0].newer == 0 ? nil : remove(at: places[0].newer)
    }

    /// Calls `body` for each, the one used longest ago first.
    @inlinable package func forEach(_ body: (Key, Value) -> Void) {
        var index = places[0].newer
        while index != 0 {
            if let key = places[index].key, let value = places[index].value { body(key, value) }
            index = places[index].newer
        }
    }

    /// Where a key is, which is then the one used last; one that is new has no value yet.
    @inlinable mutating func place(of key: Key) -> Int {
        if let index = table[key] {
            unlink(index)
            link(index)
            return index
        }
        if table.count >= capacity { _ = removeOldest() }
        let index: Int
        if let free = vacant.popLast() {
            index = free
        } else {
            index = places.count
            places.append(Place())
        }
        places[index].key = key
        table[key] = index
        link(index)
        return index
    }

    @inlinable mutating func remove(at index: Int) -> (key: Key, value: Value)? {
        unlink(index)
        let place = places[index]
        places[index] = Place()
        vacant.append(index)
        guard let key = place.key else { return nil }
        table[key] = nil
        return place.value.map { (key, $0) }
    }

    /// Makes it the one used last.
    @inlinable mutating func link(_ index: Int) {
        let last = places[0].older
        places[index].newer = 0
        places[index].older = last
        places[last].newer = index
        places[0].older = index
    }

    @inlinable mutating func unlink(_ index: Int) {
        let (newer, older) = (places[index].newer, places[index].older)
        places[newer].older = older
        places[older].newer = newer
    }
}

extension RecentTable: Sendable where Key: Sendable, Value: Sendable {}
extension RecentTable.Place: Sendable where Key: Sendable, Value: Sendable {}
