package import AuditCore

/// One answer of an upstream: what it said, and where it came from.
package struct Upstream<Answer: Sendable>: Sendable {
    /// nil in `.known` does not occur: `.absent` is "there is no such object".
    package var fact: Fact<Answer>
    /// Who answered: ``FactSource/rdap``, ``FactSource/whois``, ``FactSource/cymruDNS``, ``FactSource/cymruWhois``.
    package var source: FactSource
    /// How long the upstream asked not to be asked again; nil if it did not say.
    package var retryAfter: Duration?
    /// The registry that the answer sends us to; only of networks.
    package var referral: Registry?

    /// What was said, by whom, and what it asks of us.
    package init(
        _ fact: Fact<Answer>, source: FactSource, retryAfter: Duration? = nil, referral: Registry? = nil
    ) {
        (self.fact, self.source, self.retryAfter, self.referral) = (fact, source, retryAfter, referral)
    }
}

/// Asks the registries about the network of an address: no cache, one question at a time, all manners kept.
package protocol NetworkUpstream: Sendable {
    /// Asks by RDAP, then by WHOIS, then whoever these name.
    ///
    /// - Returns: Over within the upstream's own deadline, or at once when the task is cancelled.
    func network(of address: IPAddress) async -> Upstream<NetworkAnswer>
}

/// Asks who announces an address: no cache, one question at a time, all manners kept.
package protocol OriginUpstream: Sendable {
    /// Asks for the announced prefixes by DNS, then by WHOIS; `facts.asName` stays nil where the answer has no name.
    func origin(of address: IPAddress) async -> Upstream<OriginAnswer>
    /// Asks for the name of an autonomous system.
    func name(ofAS number: UInt32) async -> Fact<String>
}
