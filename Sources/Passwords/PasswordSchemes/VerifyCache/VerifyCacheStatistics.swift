/// What the verify cache was asked since the process started; for `/metrics`.
package struct VerifyCacheStatistics: Sendable, Equatable {
    /// Logins answered by a remembered match, without a hash.
    package var hits = 0
    /// Logins answered by a remembered mismatch, without a hash.
    package var knownMismatches = 0
    /// Logins that were not answered from the cache.
    package var misses = 0
    /// Unknown passwords refused by each guess limit, without a hash; part of the misses.
    package var refusedGuesses: [GuessLimit: Int] = [:]
    /// Entries held: matches and mismatches.
    package var entries = 0

    /// All zero.
    package init() {}
}
