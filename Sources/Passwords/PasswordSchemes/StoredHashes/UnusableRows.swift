import AppPasswordCore
import Locks
import Logging

/// Logs rows that cannot be used, once for each stored hash, by their ids.
final class UnusableRows: Sendable {
    private static let bound = 4096

    private let logger: Logger
    private let reported = Mutex(Set<AccountMemory.Fingerprint>())

    init(logger: Logger) { self.logger = logger }

    func report(_ row: AppPassword, _ reason: String) {
        let fingerprint = RowSearch.fingerprint(of: row)
        let isNew = reported.withLock { reported in
            if reported.count >= Self.bound { reported.removeAll() }  // then they are logged once more
            return reported.insert(fingerprint).inserted
        }
        guard isNew else { return }
        logger.warning(
            "stored hash cannot be used", metadata: ["app_password.id": "\(row.id)", "reason": "\(reason)"])
    }
}
