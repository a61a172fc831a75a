/// How one password was checked against an account's rows; for metrics.
package struct PasswordCheck: Sendable, Equatable {
    /// What gave the answer.
    package enum Path: String, Sendable, Hashable, CaseIterable {
        /// The verify cache, or rows that cannot match: no hash.
        case cache
        /// The guess limits: refused, no hash.
        case limit
        /// Hashes.
        case hash
    }

    /// The scheme of the hash that matched, else of the account's oldest row.
    package var scheme: HashScheme
    /// What gave the answer.
    package var path: Path
    /// From the call to the answer, waiting for a thread included.
    package var duration: Duration

    /// What was checked, how, and how long it took.
    package init(scheme: HashScheme, path: Path, duration: Duration) {
        self.scheme = scheme
        self.path = path
        self.duration = duration
    }
}
