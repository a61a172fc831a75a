/// Counts events over a sliding window: those of the current slot, and of the one before in proportion to how much
/// of it the window still covers.
struct SlidingCount: Sendable {
    private var slot: Int64 = 0
    private var current = 0
    private var previous = 0

    /// About how many events there were in the window that ends now.
    func count(at now: Duration, window: Duration) -> Double {
        var copy = self
        copy.roll(to: now, window)
        let into = (now - window * Int(copy.slot)) / window
        return Double(copy.current) + Double(copy.previous) * (1 - into)
    }

    /// Counts an event, or takes one back.
    mutating func add(_ number: Int, at now: Duration, window: Duration) {
        roll(to: now, window)
        current += number
        if current < 0 { (previous, current) = (max(0, previous + current), 0) }
    }

    /// Has an event of the slot before, if there is one, count as one of now.
    mutating func renew(at now: Duration, window: Duration) {
        roll(to: now, window)
        previous = max(0, previous - 1)
        current += 1
    }

    /// The slot of a time; an event is forgotten when the next one after its own ends.
    static func slot(at now: Duration, window: Duration) -> Int64 { Int64(now / window) }

    private mutating func roll(to now: Duration, _ window: Duration) {
        let slot = Self.slot(at: now, window: window)
        if slot != self.slot {
            previous = slot == self.slot + 1 ? current : 0
            (current, self.slot) = (0, slot)
        }
    }
}
