internal import Locks

/// What was found out about attributes that a search did not show, shared by all lanes.
///
/// An account without the attribute costs its comparison once in a while, not at each login.
final class UnseenAttributes: Sendable {
    /// Why a search shows no values of an attribute.
    enum Reason: Sendable {
        /// The entry has none.
        case absent
        /// It may have some; we may not know.
        case hidden
    }

    private let known: RecentAnswers<Reason>
    private let doubted = Mutex<Set<String>>([])
    private let onDoubt: @Sendable (String) -> Void

    init(now: @escaping @Sendable () -> ContinuousClock.Instant, onDoubt: @escaping @Sendable (String) -> Void) {
        known = RecentAnswers(lifetime: .seconds(60), limit: 10_000, now: now)
        self.onDoubt = onDoubt
    }

    /// What is known of an entry's attribute, or nothing any more.
    subscript(attribute: String, of entry: String) -> Reason? {
        get { known["\(attribute) \(entry)"] }
        set { if let newValue { known.store(newValue, for: "\(attribute) \(entry)") } }
    }

    /// Says, once for each attribute, that the server would not tell whether entries have it.
    func doubt(_ attribute: String, because reason: String) {
        let isNew = doubted.withLock { $0.insert(attribute).inserted }
        if isNew { onDoubt("\(attribute) is not shown, and whether accounts have it cannot be found out: \(reason)") }
    }
}
