internal import Locks

/// Tokens that come back one by one; each question takes one.
///
/// Holds one number: the moment at which all tokens will be back.
struct TokenBucket: Sendable {
    private let rate: Rate
    private var fullAt = Duration.zero

    /// A full bucket.
    init(_ limit: RequestLimit) { rate = Rate(burst: limit.burst, spacing: limit.spacing) }

    /// Whether all tokens are there.
    func isFull(at now: Duration) -> Bool { fullAt <= now }

    /// How long to wait for a token, after those that were taken before it is there; zero if there is one.
    func wait(at now: Duration) -> Duration { rate.wait(untilFull: fullAt - now) }

    /// Takes the next token, which may be there after ``wait(at:)`` only: who comes later waits longer.
    mutating func take(at now: Duration) { fullAt = now + rate.taking(untilFull: fullAt - now) }
}
