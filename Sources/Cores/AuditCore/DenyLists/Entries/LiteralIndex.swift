/// Finds the line of a literal: a country, an AS number, a handle.
public struct LiteralIndex<Key: Hashable & Sendable>: Sendable {
    private var lines: [Key: UInt32] = [:]
    private var endings = LineEndings()

    /// Takes a line; of equal ones the first counts that has not ended.
    mutating func add(_ key: Key, _ line: ListLine) {
        let number = UInt32(clamping: line.number)
        let first = lines[key]
        if first == nil { lines[key] = number }
        if first != nil || line.until != nil { endings.take(number, until: line.until, after: first) }
    }

    /// The line that counts.
    ///
    /// - Complexity: One look into a hash table; a few more if the line has ended.
    public func line(of key: Key, at time: Timestamp) -> UInt32? {
        lines[key].flatMap { endings.line(from: $0, at: time) }
    }
}
