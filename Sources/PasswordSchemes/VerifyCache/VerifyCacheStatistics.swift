/// What the verify cache was asked since the process started; for `/metrics`.
public struct VerifyCacheStatistics: Sendable, Equatable {
    /// Logins answered by a remembered match, without a hash.
    public var hits = 0
    /// Logins answered by a remembered mismatch, without a hash.
    public var knownMismatches = 0
    /// Logins that were not answered from the cache.
    public var misses = 0
    /// Unknown passwords refused by each guess limit, without a hash; part of the misses.
    public var refusedGuesses: [GuessLimit: Int] = [:]
    /// Entries held: matches and mismatches.
    public var entries = 0

    /// All zero.
    public init() {}
}
