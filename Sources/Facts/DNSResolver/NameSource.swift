package import AuditCore

/// Asks for PTR names, whatever is kept of earlier answers.
package protocol NameSource: Sendable {
    /// The name that comes before all that DNS says (hosts(5)); nil if there is none. Waits for nobody.
    func fixedName(of address: IPAddress) -> PTRNames?

    /// Asks for the names of an address: one question.
    ///
    /// - Returns: `.unavailable` by the resolver's own deadline, and at once when the task is cancelled; never throws.
    func answer(about address: IPAddress) async -> NameAnswer
}

/// What a resolver said of an address, and for how long that holds.
package struct NameAnswer: Sendable, Equatable {
    /// The names.
    package var fact: Fact<PTRNames>
    /// For how long it may be given again: the shortest time to live of its records, aliases among them; of an answer that
    /// there is none what RFC 2308 section 5 makes of the zone's SOA. Zero for trouble.
    package var lifetime: Duration

    /// What was said, and for how long it holds.
    package init(_ fact: Fact<PTRNames>, lifetime: Duration) { (self.fact, self.lifetime) = (fact, lifetime) }
}
