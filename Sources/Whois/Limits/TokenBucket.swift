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

    /// Takes a token.
    ///
    /// - Returns: How long to wait for the next token if there is none; nil if one was taken.
    mutating func take(at now: Duration) -> Duration? {
        let full = max(fullAt, now)
        let wait = full - now - limit.spacing * (limit.burst - 1)
        guard wait <= .zero else { return wait }
        fullAt = full + limit.spacing
        return nil
    }
}
