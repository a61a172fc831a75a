public import AuditCore

/// What every ``Lookup`` must do; run on the fake and on each adapter.
public struct LookupContract<Source: Lookup>: Sendable where Source.Value: Equatable {
    private let addresses: [IPAddress]
    private let make: @Sendable () async throws -> Source

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - addresses: Addresses of which something is known, nothing is known, and nobody can tell: of each the same whenever it
    ///     is asked.
    ///   - make: Makes a lookup that has not been asked.
    public init(about addresses: [IPAddress], make: @escaping @Sendable () async throws -> Source) {
        (self.addresses, self.make) = (addresses, make)
    }

    /// Runs every check.
    ///
    /// - Throws: ``ContractViolation``.
    public func run() async throws {
        let lookup = try await make()
        for address in addresses {
            try ContractViolation.unless(lookup.isHeldUp(address), is: false, "nothing waits that nobody asked about")
            let answer = await lookup.fact(about: address)
            if case .unavailable = answer.fact {
            } else {
                try ContractViolation.unless(answer.source == .none, is: false, "whoever knows is named")
            }
            try ContractViolation.unless(answer.age < .zero, is: false, "an answer has an age")
            let again = await lookup.fact(about: address)
            try ContractViolation.unless(again.fact.kind, is: answer.fact.kind, "the same is said again")
            try ContractViolation.unless(again.value, is: answer.value, "with the same value")
            if let atHand = lookup.factAtHand(about: address) {
                try ContractViolation.unless(atHand.value, is: answer.value, "what is at hand is what is said")
            }
            try ContractViolation.unless(lookup.isHeldUp(address), is: false, "nothing waits that was answered")
            // Whoever gives up is answered all the same.
            let given = Task { await lookup.fact(about: address) }
            given.cancel()
            _ = await given.value
        }
        let fact = await withTaskGroup(of: (IPAddress, Source.Value?).self) { group in
            for address in addresses {
                for _ in 0..<16 { group.addTask { (address, await lookup.fact(about: address).value) } }
            }
            return await group.reduce(into: [:]) { $0[$1.0, default: []].append($1.1) }
        }
        for address in addresses {
            let alone = await lookup.fact(about: address).value
            try ContractViolation.unless(
                fact[address]?.allSatisfy { $0 == alone }, is: true, "all who ask at once are told the same")
        }
    }
}

extension Fact {
    /// Known, absent or unavailable; reasons may differ.
    fileprivate var kind: Int {
        switch self {
        case .known: 0
        case .absent: 1
        case .unavailable: 2
        }
    }
}
