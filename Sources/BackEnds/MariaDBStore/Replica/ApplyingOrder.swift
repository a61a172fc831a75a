/// Whether a replica commits in the order in which its primary did.
///
/// MariaDB does so by itself, for what belongs to one `gtid_domain_id`. MySQL does so if it is told to, which it is by default
/// from 8.0.27 on, or if it applies with one thread.
enum ApplyingOrder {
    /// The variables that say so, by their names before and since MySQL 8.0.26; MariaDB has none of them.
    static let variables = [
        "slave_preserve_commit_order", "replica_preserve_commit_order", "slave_parallel_workers",
        "replica_parallel_workers",
    ]

    /// - Parameter values: Of those variables that the server has.
    static func isKept(_ values: [(name: String, value: String)]) -> Bool {
        let isOff = values.contains { $0.name.hasSuffix("_preserve_commit_order") && ["OFF", "0"].contains($0.value) }
        let isParallel = values.contains { $0.name.hasSuffix("_parallel_workers") && Int($0.value) ?? 2 > 1 }
        return !(isOff && isParallel)
    }
}
