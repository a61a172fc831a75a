internal import AuditCore
internal import Locks

/// Answers as they were last read from the cache's memory, by address: a client that logs in again costs no keys and no JSON.
///
/// One is given for the very address it was read for, while it is settled, and for at most ``longest``: then the cache is
/// read again, so that what it learnt from others is noticed, and so that it knows which of its entries are in use. What
/// is stored by this process drops what it may replace. Bounded by two generations: when one is full it becomes the former,
/// and what was in the former and has not been used since goes.
final class AnswersInUse<Value: Sendable>: Sendable {
    /// For how long an answer is given before the cache is read again.
    static var longest: Duration { .seconds(900) }
    /// What an answer costs beside what it was read from: its place in the table.
    static var overhead: Int { 256 }

    /// What is known about an address, and whether the last fifth of its time has begun; if nothing is known, how many times
    /// answers had been dropped by then.
    enum Reading {
        case answer(Sourced<Value>, endsSoon: Bool)
        case nothing(drops: UInt64)
    }

    private struct Place {
        let answer: SettledAnswer<Value>
        let size: Int
        let read: Timestamp
    }

    private struct State {
        var recent: [IPAddress: Place] = [:]
        var former: [IPAddress: Place] = [:]
        /// What `recent` took since it was empty.
        var bytes = 0
        var drops: UInt64 = 0

        mutating func put(_ place: Place, _ address: IPAddress, capacity: Int) {
            if bytes + place.size > capacity { (former, recent, bytes) = (recent, [:], 0) }
            recent[address] = place
            bytes += place.size
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// Makes an empty table.
    ///
    /// - Parameter capacity: Bytes of one generation, counted as stored in the cache; facts in memory take a few times as
    ///   much at worst. An answer that alone takes more than a quarter is not kept.
    init(capacity: Int = 2 << 20) { self.capacity = capacity }

    /// The answer for an address, with its age.
    ///
    /// - Complexity: A lock and one or two steps, however many answers there are.
    func reading(for address: IPAddress, at now: Timestamp) -> Reading {
        state.withLock { state in
            let recent = state.recent[address]
            guard let place = recent ?? state.former[address], place.read <= now,
                now < place.read.advanced(by: Self.longest), let answer = place.answer.answer(at: now)
            else { return .nothing(drops: state.drops) }
            if recent == nil { state.put(place, address, capacity: capacity) }
            return .answer(answer, endsSoon: place.answer.endsSoon(at: now))
        }
    }

    /// Keeps an answer that was read from the cache after ``reading(for:at:)`` had found nothing.
    ///
    /// - Parameters:
    ///   - size: Bytes it was read from.
    ///   - drops: What that reading said. If answers have been dropped since, this one may be out of date too and is not kept.
    func keep(_ answer: SettledAnswer<Value>, for address: IPAddress, size: Int, readAt: Timestamp, drops: UInt64) {
        let place = Place(answer: answer, size: size + Self.overhead, read: readAt)
        guard place.size <= capacity / 4 else { return }
        state.withLock { state in
            if state.drops == drops { state.put(place, address, capacity: capacity) }
        }
    }

    /// Keeps an answer that was just asked for in the place of what is kept about the very address.
    ///
    /// - Complexity: A lock and a few steps.
    func replace(_ answer: SettledAnswer<Value>, for address: IPAddress, size: Int, readAt: Timestamp) {
        let place = Place(answer: answer, size: size + Self.overhead, read: readAt)
        state.withLock { state in
            // What is being read from the cache just now may be what this replaces.
            state.drops += 1
            (state.recent[address], state.former[address]) = (nil, nil)
            if place.size <= capacity / 4 { state.put(place, address, capacity: capacity) }
        }
    }

    /// Drops what is kept about the addresses of a block, since the cache now says something else.
    ///
    /// - Complexity: Linear in the answers kept, at most about 16,000: once for each answer of an upstream.
    func drop(_ block: IPPrefix) {
        state.withLock { state in
            state.drops += 1
            for address in state.recent.keys.filter(block.contains) { state.recent[address] = nil }
            for address in state.former.keys.filter(block.contains) { state.former[address] = nil }
        }
    }

    /// How many answers are kept, for tests.
    var count: Int { state.withLock { Set($0.recent.keys).union($0.former.keys).count } }
}
