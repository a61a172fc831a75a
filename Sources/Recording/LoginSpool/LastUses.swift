internal import AuditCore

/// When passwords were last used, as far as the spool has seen: bounded, those that were used longest ago are forgotten first.
///
/// Two halves: what is noted goes into the young one; when that is full the old one is forgotten, and the young one is old.
struct LastUses: Sendable {
    private var young: [Int64: Int64] = [:]
    private var old: [Int64: Int64] = [:]
    private let half: Int

    /// - Parameter limit: How many passwords are remembered at most; at least half of that.
    init(limit: Int = 262_144) { half = max(1, limit / 2) }

    /// Notes a use; an earlier one than is known changes nothing.
    mutating func note(_ password: Int64, _ time: Timestamp) {
        let latest = max(time.milliseconds, young[password] ?? old[password] ?? .min)
        if young.count >= half, young[password] == nil { (old, young) = (young, [:]) }
        young[password] = latest
    }

    /// When it was last used.
    subscript(password: Int64) -> Timestamp? {
        (young[password] ?? old[password]).map { Timestamp(milliseconds: $0) }
    }
}
