/// How one password was checked against an account's rows; for metrics.
public struct PasswordCheck: Sendable, Equatable {
    /// What gave the answer.
    public enum Path: String, Sendable, Hashable, CaseIterable {
        /// The verify cache, or rows that cannot match: no hash.
        case cache
        /// The guess limits: refused, no hash.
        case limit
        /// Hashes.
        case hash
    }

    /// The scheme of the hash that matched, else of the account's oldest row.
    public var scheme: HashScheme
    /// What gave the answer.
    public var path: Path
    /// From the call to the answer, waiting for a thread included.
    public var duration: Duration

    /// What was checked, how, and how long it took.
    public init(scheme: HashScheme, path: Path, duration: Duration) {
        self.scheme = scheme
        self.path = path
        self.duration = duration
    }
}
