package import AuditCore

/// Counts logins by a key, in bounded memory, so that the most frequent keys come out.
///
/// Counts are exact up to ``bound`` different keys. When one more comes, the less frequent half is let go of, into
/// ``omitted``; a key that comes back after that starts at zero, so from then on counts are "at least". A flood of keys
/// that come once displaces none that comes more than once among `bound / 4` of them.
package struct TopTable<Key: Hashable & Comparable & Sendable, Note: Sendable>: Sendable {
    /// One key.
    package struct Entry: Sendable {
        /// What was counted.
        package var key: Key
        /// How often it came.
        package var count: Int
        /// How often of these it was refused.
        package var denied: Int
        /// What the newest login with this key said.
        package var note: Note
        /// When that was.
        package fileprivate(set) var time: Timestamp
    }

    /// How many keys are told apart.
    package let bound: Int
    /// What was let go of: how many keys (one that came back counts again), and their logins.
    package private(set) var omitted = (keys: 0, logins: 0)
    private var entries: [Key: Entry] = [:]

    /// Keeps at most so many keys, at least 2.
    package init(bound: Int) { self.bound = max(2, bound) }

    /// How many keys there are now.
    package var keyCount: Int { entries.count }

    /// Counts one login, or several, of a time.
    ///
    /// - Complexity: Constant, amortized, up to sorting the table once in every `bound / 2` new keys.
    package mutating func add(_ key: Key, count: Int = 1, isDenied: Bool = false, at time: Timestamp, note: Note) {
        if entries.count >= bound, entries[key] == nil { makeRoom() }
        // One look-up; a newer note replaces the other, so that late facts win.
        entries[key, default: Entry(key: key, count: 0, denied: 0, note: note, time: time)].add(
            count, isDenied, time, note)
    }

    /// The most frequent first, then by key.
    package var sorted: [Entry] {
        entries.values.sorted { $0.count != $1.count ? $0.count > $1.count : $0.key < $1.key }
    }

    private mutating func makeRoom() {
        let leaving = entries.values.sorted { $0.count > $1.count }.dropFirst(bound / 2)
        for entry in leaving {
            entries[entry.key] = nil
            omitted.keys += 1
            omitted.logins += entry.count
        }
    }
}

extension TopTable where Note == Void {
    /// Counts a key of which nothing else is to be kept.
    package mutating func add(_ key: Key, count: Int = 1, isDenied: Bool = false) {
        add(key, count: count, isDenied: isDenied, at: Timestamp(milliseconds: 0), note: ())
    }
}

extension TopTable.Entry {
    fileprivate mutating func add(_ count: Int, _ isDenied: Bool, _ time: Timestamp, _ note: Note) {
        self.count += count
        if isDenied { denied += count }
        if time >= self.time { (self.time, self.note) = (time, note) }
    }
}
