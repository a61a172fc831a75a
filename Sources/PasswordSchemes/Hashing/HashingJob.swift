import AppPasswordCore
import Locks

/// One login's hashes, from when it is put into the queue until its task is resumed, once.
final class HashingJob: Sendable {
    typealias Outcome = Result<[HashFinding], PasswordVerifierError>

    private struct State {
        var continuation: CheckedContinuation<Outcome, Never>?
        var isOver = false
    }
    private let state = Mutex(State())

    let password: Password
    let hashes: [StoredHash]
    /// What the costliest of its hashes takes, in bytes; they are checked one after the other.
    let memory: Int

    init(_ password: Password, _ hashes: [StoredHash]) {
        (self.password, self.hashes) = (password, hashes)
        memory = hashes.map(\.memory).max() ?? 0
    }

    /// Whether nobody waits for it any more.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Takes the waiting task; resumes it at once if the job was cancelled before.
    func start(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        let isOver = state.withLock { state in
            if !state.isOver { state.continuation = continuation }
            return state.isOver
        }
        if isOver { continuation.resume(returning: .failure(.timedOut)) }
        return !isOver
    }

    /// Ends the job; only the first call counts.
    func finish(_ outcome: Outcome) {
        let continuation = state.withLock { state in
            state.isOver = true
            return state.continuation.take()
        }
        continuation?.resume(returning: outcome)
    }

    /// Does the work on the calling thread.
    func run(_ check: (Password, StoredHash) -> HashOutcome) {
        var findings: [HashFinding] = []
        for (index, hash) in hashes.enumerated() {
            if isOver { return }
            let outcome = check(password, hash)
            findings.append(HashFinding(index: index, outcome: outcome))
            if outcome == .match { break }
        }
        finish(.success(findings))
    }
}
