package import AppPasswordCore

/// Computes hashes: the seam between what decides which rows to check and what spends the CPU.
package protocol HashChecker: Sendable {
    /// Checks a password against some of the given hashes: those that are best checked together now.
    ///
    /// The caller asks again for what is still open afterwards. Cancellation of the task ends the wait at once with `timedOut`.
    ///
    /// - Parameters:
    ///   - password: Not empty, without NUL.
    ///   - hashes: At least one, the likeliest first. Each may be checked on its own.
    ///   - odds: What the caller expects.
    ///   - deadline: When to give up.
    /// - Returns: At least one finding. If one is a match, those of hashes checked along may be missing.
    /// - Throws: ``PasswordVerifierError`` `.overloaded` at once if there is no room to wait, or not enough time; `.timedOut`.
    func check(
        _ password: Password, against hashes: [StoredHash], odds: HashOdds, deadline: ContinuousClock.Instant
    ) async throws(PasswordVerifierError) -> [HashFinding]
}

/// Where a match is to be expected, if there is one.
package enum HashOdds: Sendable, Equatable {
    /// The first hash: it is what this client logged in with last.
    case onFirst
    /// Among the first ones.
    case amongFirst
    /// Anywhere, or nowhere.
    case even
}

/// What the check of one hash came to.
package struct HashFinding: Sendable, Equatable {
    /// Which of the given hashes.
    package var index: Int
    /// What it came to.
    package var outcome: HashOutcome

    /// What became of the hash at an index.
    package init(index: Int, outcome: HashOutcome) { (self.index, self.outcome) = (index, outcome) }
}

/// What a check came to.
package enum HashOutcome: Sendable, Equatable {
    /// The password is the one that was hashed.
    case match
    /// It is not.
    case mismatch
    /// The library refuses the hash.
    case broken
    /// There was no memory for it; whether the password matches is not known.
    case outOfMemory
    /// The library does not compute it on this machine; whether the password matches cannot be known.
    case unavailable
}
