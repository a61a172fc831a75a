public import AuditCore

/// A lookup that says the same of every address, at once.
public struct FixedLookup<Value: Sendable>: Lookup {
    /// What it says; ``AuditCore/Fact/unavailable(_:)`` makes it fail.
    public var fact: Fact<Value>
    /// Who is said to have said it.
    public var source: FactSource

    /// Says a fact.
    public init(_ fact: Fact<Value>, source: FactSource) { (self.fact, self.source) = (fact, source) }

    /// Says ``fact``.
    public func fact(about address: IPAddress) async -> Sourced<Value> { Sourced(fact, source: source) }
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

    package func fact(about address: IPAddress) async -> Sourced<Value> { await ask(address) }
    package func factAtHand(about address: IPAddress) -> Sourced<Value>? { atHand(address) }
    package func isHeldUp(_ address: IPAddress) -> Bool { heldUp }
}
