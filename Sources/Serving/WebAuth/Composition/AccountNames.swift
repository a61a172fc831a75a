import AppPasswordCore
import LDAPDirectory

/// What the directory says of the names of rows; each is asked for once, as far as memory is meant to go.
struct AccountNames {
    private let directory: LDAPDirectory?
    private var known: [[UInt8]: AccountAnswer] = [:]  // by bytes: `==` of texts takes ü for u¨

    init(_ directory: LDAPDirectory?) { self.directory = directory }

    /// nil without a directory, and for rows of which the answer would not be used.
    mutating func account(of row: AppPasswordRow) async throws(SetupFailure) -> AccountAnswer? {
        let name = row.password.uid
        guard let directory, !row.password.isDeleted, name.isPlausibleLogin else { return nil }
        let key = Array(name.utf8)
        if let answer = known[key] { return answer }
        if known.count >= 10_000 { known = [:] }
        let answer: AccountAnswer
        do throws(BackendError) { answer = try await directory.account(for: name) } catch { throw SetupFailure(error) }
        known[key] = answer
        return answer
    }
}
