package import AppPasswordCore
import Locks

/// A mail server whose sessions are in memory.
package final class InMemorySessionServer: SessionServer {
    /// A session, as a mail server knows it.
    package struct Session: Sendable, Equatable {
        /// Whose it is.
        package var user: String
        /// Where it comes from, in canonical text.
        package var address: String
        /// The app password that opened it; nil if another password did.
        package var passwordID: Int64?

        /// A session that is open.
        package init(user: String, address: String, passwordID: Int64? = nil) {
            (self.user, self.address, self.passwordID) = (user, address, passwordID)
        }
    }

    private struct State {
        var sessions: [Session] = []
        var forgotten: [String] = []
        var failure: SessionServerError?
    }

    /// `in-memory`.
    package let name = "in-memory"
    private let knowsPasswords: Bool
    private let state = Mutex(State())

    /// Nobody is logged in.
    ///
    /// - Parameter knowsPasswords: Whether it knows which app password opened a session, as Dovecot 2.4 does.
    package init(knowsPasswords: Bool = true) { self.knowsPasswords = knowsPasswords }

    /// The sessions that are open.
    package var sessions: [Session] { state.withLock { $0.sessions } }
    /// Whose passwords it was told to forget, in that order.
    package var forgotten: [String] { state.withLock { $0.forgotten } }
    /// Somebody logs in.
    package func open(_ session: Session) { state.withLock { $0.sessions.append(session) } }
    /// Makes every question fail from now on; nil ends that.
    package func fail(with error: SessionServerError?) { state.withLock { $0.failure = error } }

    /// Ends sessions; a name that holds `*` or `?` is taken for a pattern and refused.
    package func end(_ sessions: SessionMask) async throws(SessionServerError) -> Int {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        switch sessions {
        case .password where !knowsPasswords: throw SessionServerError(.notSupported)
        case .user(let name), .userAndAddress(let name, _):
            guard !name.isEmpty, !name.contains(where: { $0 == "*" || $0 == "?" }) else {
                throw SessionServerError(.cannotBeMasked)
            }
        case .password: break
        }
        return state.withLock { state in
            let before = state.sessions.count
            state.sessions.removeAll { session in
                switch sessions {
                case .password(let id): session.passwordID == id
                case .user(let name): session.user == name
                case .userAndAddress(let name, let address): session.user == name && session.address == address
                }
            }
            return before - state.sessions.count
        }
    }

    /// Notes whose they are.
    package func forgetPasswords(of user: String) async throws(SessionServerError) {
        let failure = state.withLock { state in
            state.forgotten.append(user)
            return state.failure
        }
        if let failure { throw failure }
    }
}
