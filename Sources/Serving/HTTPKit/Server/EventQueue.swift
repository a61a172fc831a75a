internal import NIOCore
internal import NIOHTTP1

/// What came from the parser while another request was being served, oldest first.
struct EventQueue {
    /// A step of the parser.
    enum Event {
        case head(HTTPRequestHead)
        case body(ByteBuffer)
        case end
        case failure(RequestHead.Problem)
    }

    private var events = CircularBuffer<Event>(initialCapacity: 1)
    private var heads = 0
    private var hasOverflowed = false

    /// Whether nothing waits.
    var isEmpty: Bool { events.isEmpty }

    /// Whether requests were dropped that came right behind the one at hand, so that it must be the last.
    var isCutHere: Bool { hasOverflowed && heads == 0 }

    /// Appends an event; with the first head past `maxHeads`, everything from there on is dropped.
    mutating func append(_ event: Event, maxHeads: Int) {
        if case .head = event {
            if heads >= maxHeads { hasOverflowed = true } else if !hasOverflowed { heads += 1 }
        }
        if !hasOverflowed { events.append(event) } else { event.overwriteBody() }
    }

    /// Takes the oldest event.
    mutating func popFirst() -> Event? {
        let event = events.popFirst()
        if case .head = event { heads -= 1 }
        return event
    }

    /// Forgets everything.
    mutating func removeAll() {
        for event in events { event.overwriteBody() }
        events.removeAll()
    }
}

extension EventQueue.Event {
    /// Overwrites what may hold a password.
    fileprivate func overwriteBody() { if case .body(let bytes) = self { bytes.overwrite() } }
}
