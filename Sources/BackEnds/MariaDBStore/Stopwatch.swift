/// Tells whether a call took about as long as the library lets it: libmariadb reports its own timeouts as a lost
/// connection.
struct Stopwatch {
    private let end: ContinuousClock.Instant

    init(_ timeout: Duration) { end = .now + timeout * 0.9 }

    var isOver: Bool { ContinuousClock.now >= end }
}
