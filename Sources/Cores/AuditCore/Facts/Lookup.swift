/// Finds one kind of fact about addresses: PTR names, the registry's network, who announces the prefix.
public protocol Lookup<Value>: Sendable {
    /// The fact.
    associatedtype Value: Sendable

    /// Finds the fact about an address.
    ///
    /// - Parameter address: IPv4 or IPv6.
    /// - Returns: `.absent` if there is no such fact (NXDOMAIN, no such network, not routed), `.unavailable` if nobody can say;
    ///   never throws, never takes longer than its own deadline.
    func fact(about address: IPAddress) async -> Sourced<Value>

    /// The same, if it is known without waiting for anybody; nil unless a lookup says otherwise.
    func factAtHand(about address: IPAddress) -> Sourced<Value>?

    /// Whether a question under way about an address is late because of us: nobody was asked yet, or only after a wait for
    /// our own limits. False unless a lookup says otherwise.
    func isHeldUp(_ address: IPAddress) -> Bool
}

extension Lookup {
    /// Nothing is at hand.
    public func factAtHand(about address: IPAddress) -> Sourced<Value>? { nil }
    /// Nothing waits.
    public func isHeldUp(_ address: IPAddress) -> Bool { false }
}
