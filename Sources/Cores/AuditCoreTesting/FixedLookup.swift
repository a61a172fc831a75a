package import AuditCore

/// A lookup that says the same of every address, at once.
package struct FixedLookup<Value: Sendable>: Lookup {
    /// What it says; ``AuditCore/Fact/unavailable(_:)`` makes it fail.
    package var fact: Fact<Value>
    /// Who is said to have said it.
    package var source: FactSource

    /// Says a fact.
    package init(_ fact: Fact<Value>, source: FactSource) { (self.fact, self.source) = (fact, source) }

    /// Says ``fact``.
    package func fact(about address: IPAddress) async -> Sourced<Value> { Sourced(fact, source: source) }
}

/// A lookup that does what a test tells it to.
package struct ScriptedLookup<Value: Sendable>: Lookup {
    private let ask: @Sendable (IPAddress) async -> Sourced<Value>
    private let atHand: @Sendable (IPAddress) -> Sourced<Value>?
    private let heldUp: Bool

    /// Answers by `ask`, and at once by `atHand`.
    package init(
        isHeldUp: Bool = false, atHand: @escaping @Sendable (IPAddress) -> Sourced<Value>? = { _ in nil },
        _ ask: @escaping @Sendable (IPAddress) async -> Sourced<Value>
    ) {
        (self.ask, self.atHand, heldUp) = (ask, atHand, isHeldUp)
    }

    /// What `ask` says.
    package func fact(about address: IPAddress) async -> Sourced<Value> { await ask(address) }
    /// What `atHand` says.
    package func factAtHand(about address: IPAddress) -> Sourced<Value>? { atHand(address) }
    /// What was told at first.
    package func isHeldUp(_ address: IPAddress) -> Bool { heldUp }
}
