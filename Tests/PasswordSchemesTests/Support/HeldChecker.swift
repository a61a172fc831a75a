import AppPasswordCore
import Locks

@testable import PasswordSchemes

/// Holds each check until it is let go, then computes it, or fails as it was told; counts hashes.
final class HeldChecker: HashChecker {
    private struct State {
        var held: [CheckedContinuation<PasswordVerifierError?, Never>] = []
        var isHolding = true
        var hashed = 0
    }
    private let state = Mutex(State())

    /// Checks that are held.
    var held: Int { state.withLock { $0.held.count } }
    /// Hashes computed so far.
    var hashed: Int { state.withLock { $0.hashed } }

    /// Waits for a check to be held, and lets the one that has been held longest go, to fail with this.
    func failOne(with failure: PasswordVerifierError) async {
        while true {
            let longest = state.withLock { $0.held.isEmpty ? nil : $0.held.removeFirst() }
            if let longest { return longest.resume(returning: failure) }
            await Task.yield()
        }
    }

    /// Lets all go, and holds no more.
    func letGo() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.isHolding = false
            return state.held
        }
        for check in held { check.resume(returning: nil) }
    }

    func check(
        _ password: Password, against hashes: [StoredHash], odds: HashOdds, deadline: ContinuousClock.Instant
    ) async throws(PasswordVerifierError) -> [HashFinding] {
        let failure = await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHolding { state.held.append(continuation) }
                return state.isHolding
            }
            if !isHeld { continuation.resume(returning: nil) }
        }
        if let failure { throw failure }
        let scratch = CryptScratch()
        state.withLock { $0.hashed += hashes.count }
        return hashes.indices.map { HashFinding(index: $0, outcome: hashes[$0].check(password, scratch)) }
    }
}
