public import AppPasswordCore
public import AuditCore
import Locks

/// A verifier without hashes: the stored hash of `secret` is `{PLAIN}secret`; every other is broken.
public final class PlainTextVerifier: PasswordVerifier {
    private struct State {
        var failure: PasswordVerifierError?
        var attempts: [LoginAttempt] = []
        var origins: [GuessOrigin] = []
    }
    private let state = Mutex(State())

    /// Makes a verifier; one with a `failure` throws it each time.
    public init(failure: PasswordVerifierError? = nil) { state.withLock { $0.failure = failure } }

    /// What a row stores for a secret.
    public static func storedHash(of secret: String) -> String { "{PLAIN}" + secret }

    /// What was asked so far.
    package var attempts: [LoginAttempt] { state.withLock { $0.attempts } }

    /// Where it came from.
    package var origins: [GuessOrigin] { state.withLock { $0.origins } }

    /// Makes it throw from now on, or no more.
    public func fail(with failure: PasswordVerifierError?) { state.withLock { $0.failure = failure } }

    /// Compares bytes.
    public func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt, origin: GuessOrigin
    ) async throws(PasswordVerifierError) -> AppPassword? {
        let failure = state.withLock { state in
            state.attempts.append(attempt)
            state.origins.append(origin)
            return state.failure
        }
        if let failure { throw failure }
        guard !password.bytes.isEmpty, !password.bytes.contains(0) else { return nil }
        let stored = Array("{PLAIN}".utf8) + password.bytes
        return rows.filter { $0.storedHash.utf8.elementsEqual(stored) }.min { $0.precedes($1) }
    }
}
