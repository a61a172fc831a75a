/// What one match of one pattern may cost before it counts as no match.
public struct MatchLimits: Sendable, Equatable {
    /// Backtracking steps; default a million, some milliseconds.
    package var steps: UInt32 = 1_000_000
    /// Nested backtracking points; default 100,000.
    package var depth: UInt32 = 100_000
    /// Memory for backtracking in KiB, which a thread keeps once it was needed; default 16 MiB. The stack of machine code
    /// is 512 KiB a thread at most.
    package var heap: UInt32 = 16_384

    /// Makes the default limits.
    public init() {}
}
