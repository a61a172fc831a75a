public import AppPasswordCore
import Locks

/// A directory of accounts in memory, compared without regard to case as LDAP does.
public final class FixedAccountDirectory: AccountDirectory {
    private struct State {
        var accounts: [Account]
        var failure: BackendError?
        var questions = 0
    }
    private let state: Mutex<State>

    /// Makes a directory of these accounts.
    public init(_ accounts: [Account]) { state = Mutex(State(accounts: accounts)) }

    /// How often it was asked.
    package var questions: Int { state.withLock { $0.questions } }

    /// Makes every question fail from now on; nil ends that.
    public func fail(with error: BackendError?) { state.withLock { $0.failure = error } }

    /// Finds the accounts of a name.
    public func account(for login: String) async throws(BackendError) -> AccountAnswer {
        let (failure, found) = state.withLock { state in
            state.questions += 1
            let found = state.accounts.filter { account in
                account.names.contains { $0.lowercased() == login.lowercased() }
            }
            return (state.failure, found)
        }
        if let failure { throw failure }
        guard let account = found.first else { return .notFound }
        return found.count == 1 ? .found(account) : .ambiguous
    }
}
