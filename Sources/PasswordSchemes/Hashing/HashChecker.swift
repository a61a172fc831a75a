public import AppPasswordCore

/// Computes hashes: the seam between what decides which rows to check and what spends the CPU.
///
/// ``HashingThreads`` is the one that works everywhere; one that checks several hashes side by side in SIMD lanes, or
/// those of several logins together, takes its place by conforming.
public protocol HashChecker: Sendable {
    /// Checks a password against hashes until one matches, the first ones first.
    ///
    /// It may check more than that, in any grouping, if that costs no more. Cancellation of the task ends the wait at
    /// once (the work ends after the hash in hand) with `timedOut`; the caller has a deadline of its own and
    /// cancels when it passes.
    ///
    /// - Parameters:
    ///   - password: Not empty, without NUL.
    ///   - hashes: At least one. Each may be checked on its own, in any order.
    /// - Returns: At least one finding; for what it left out it is asked again, if that still matters.
    /// - Throws: ``PasswordVerifierError`` `.overloaded` at once if there is no room to wait; `.timedOut`.
    func check(
        _ password: Password, against hashes: [StoredHash]
    ) async throws(PasswordVerifierError) -> [HashFinding]
}

/// What the check of one hash came to.
public struct HashFinding: Sendable, Equatable {
    /// Which of the given hashes.
    public var index: Int
    /// What it came to.
    public var outcome: HashOutcome

    /// Makes a finding.
    public init(index: Int, outcome: HashOutcome) { (self.index, self.outcome) = (index, outcome) }
}

/// What a check came to.
public enum HashOutcome: Sendable, Equatable {
    /// The password is the one that was hashed.
    case match
    /// It is not.
    case mismatch
    /// The library refuses the hash.
    case broken
    /// There was no memory for it; whether the password matches is not known.
    case outOfMemory
}
