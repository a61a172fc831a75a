import AppPasswordCore
import Locks

@testable import PasswordSchemes

/// Checks on the calling thread, one hash after the other until one matches, and counts them.
final class CountingChecker: HashChecker {
    private let state = Mutex((checked: 0, failure: PasswordVerifierError?.none))

    /// How many hashes were checked since this was last asked.
    func takeCount() -> Int {
        state.withLock { state in
            defer { state.checked = 0 }
            return state.checked
        }
    }

    /// Makes it throw from now on, or no more.
    func fail(with failure: PasswordVerifierError?) { state.withLock { $0.failure = failure } }

    func check(
        _ password: Password, against hashes: [StoredHash], odds: HashOdds, deadline: ContinuousClock.Instant
    ) async throws(PasswordVerifierError) -> [HashFinding] {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let scratch = CryptScratch()
        var findings: [HashFinding] = []
        for (index, hash) in hashes.enumerated() {
            let outcome = hash.check(password, scratch)
            findings.append(HashFinding(index: index, outcome: outcome))
            state.withLock { $0.checked += 1 }
            if outcome == .match { break }
        }
        return findings
    }
}
