/// One check of a password against a stored hash, for a ``HashingPool``.
package enum HashingWork: Sendable {
    /// A SHA-512-crypt hash, which shares a core with others; where there are no lanes, or nothing to share them with,
    /// the closure is called instead. It is not called for a password with a NUL or more than 511 bytes, which matches
    /// nothing.
    case lane(SHA512CryptJob, otherwise: @Sendable () -> Bool)
    /// Any other hash: called once on a thread that does nothing else meanwhile; true if it matches. It cannot be
    /// interrupted, so what it costs must be bounded by who made it.
    ///
    /// `memory` is what it takes, in bytes, where that is much (argon2, yescrypt): it starts when there is room for it
    /// under ``HashingPool/Configuration/memoryLimit``. `cost` is about how long it takes one core, by which it is told
    /// what waits too long; how far that is from the truth on this machine is learnt.
    case closure(memory: Int = 0, cost: Duration = .milliseconds(2), @Sendable () -> Bool)
}

extension HashingWork {
    /// About how long it takes one core, a lane job that of libcrypt.
    var cost: Duration {
        switch self {
        case .lane(let job, _): .nanoseconds(350) * job.hash.rounds
        case .closure(_, let cost, _): cost
        }
    }
}
