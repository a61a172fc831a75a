/// What was not known of an address when a login from it was judged.
///
/// Facts that come later are in the login's record, where they look as if they had been there: this says which were not.
package struct MissingFacts: Sendable, Equatable {
    /// The facts that the verdict waited for, in vain or not, since a list in force asked for them.
    package var waitedFor: Set<FactKind>
    private var reverseHost: LookupError?
    private var network: LookupError?
    private var origin: LookupError?
    private var geo: LookupError?

    /// Nothing was missing.
    package init() { waitedFor = [] }

    /// Notes what is missing of what is known at the time of the verdict.
    ///
    /// - Complexity: Allocates nothing.
    package init(in facts: Facts, waitedFor: Set<FactKind>) {
        self.waitedFor = waitedFor
        reverseHost = facts.reverseHost.trouble
        network = facts.network.trouble
        origin = facts.origin.trouble
        geo = facts.geo.trouble
    }

    /// Why a fact was missing; nil if it was there.
    package subscript(kind: FactKind) -> LookupError? {
        switch kind {
        case .reverseHost: reverseHost
        case .network: network
        case .origin: origin
        case .geo: geo
        }
    }

    /// Why a fact was missing that is another one now; nil if nothing has come.
    func late(_ kind: FactKind, now facts: Facts) -> LookupError? {
        guard let error = self[kind], facts.trouble(with: kind) != error else { return nil }
        return error
    }
}
