internal import AuditCore

/// An answer that nobody need be asked for again while it is young.
struct SettledAnswer<Value: Sendable>: Sendable {
    private let stored: StoredAnswer<Fact<Value>>
    private let lifetime: Duration

    /// - Parameter lifetime: From this age on it is not settled any more.
    init(_ fact: Fact<Value>, fetched: Timestamp, lifetime: Duration) {
        stored = StoredAnswer(fetched: fetched, value: fact)
        self.lifetime = lifetime
    }

    /// The answer with its age; nil once it is too old.
    func answer(at now: Timestamp) -> Sourced<Value>? {
        let age = stored.age(at: now)
        return age < lifetime ? Sourced(stored.value, source: .cache, age: age) : nil
    }

    /// Whether the last fifth of its time has begun.
    func endsSoon(at now: Timestamp) -> Bool { stored.age(at: now) >= lifetime * 4 / 5 }
}
