/// Tokens that come back one by one; each question takes one.
///
/// Holds one number: the moment at which all tokens will be back (the generic cell rate algorithm of ITU-T I.371).
struct TokenBucket: Sendable {
    private let limit: RequestLimit
    private var fullAt = Duration.zero

    /// A full bucket.
    init(_ limit: RequestLimit) { self.limit = limit }

    /// Whether all tokens are there.
    func isFull(at now: Duration) -> Bool { fullAt <= now }

    /// How long to wait for a token, after those that were taken before it is there; zero if there is one.
    func wait(at now: Duration) -> Duration { max(.zero, max(fullAt, now) - now - limit.spacing * (limit.burst - 1)) }

    /// Takes the next token, which may be there after ``wait(at:)`` only: who comes later waits longer.
    mutating func take(at now: Duration) { fullAt = max(fullAt, now) + limit.spacing }
}
