package import AuditCore

/// Reads what a registry's WHOIS server says of the network that holds an address (RFC 3912; the form is each
/// registry's own).
///
/// LACNIC's answers may hold another registry's text, so all notations are known everywhere.
package enum WHOISParser {
    /// How many bytes an answer may have; real ones have some thousands.
    package static let maxBytes = 1 << 18

    /// Parses the whole text of an answer.
    ///
    /// - Parameters:
    ///   - registry: Who was asked.
    ///   - address: What was asked about.
    /// - Returns: The smallest network that holds the address, routes last; among equal ones the first, of ARIN's the last.
    ///   nil if the server says that there is none.
    ///   Errors: `.rateLimited`, `.unreachable` if the server says that it failed, `.registeredElsewhere` for placeholders,
    ///   `.malformed` for everything else that names no network of this address.
    /// - Complexity: Linear, up to ``maxBytes``.
    package static func parse(
        _ text: [UInt8], from registry: Registry, for address: IPAddress
    ) -> Result<NetworkAnswer?, LookupError> {
        read(text, from: registry, for: address).result
    }

    /// Parses the whole text of an answer as ``parse(_:from:for:)`` does, and finds whom it sends us to.
    package static func read(_ text: [UInt8], from registry: Registry, for address: IPAddress) -> NetworkReading {
        guard text.count <= maxBytes else { return malformed("more than \(maxBytes) bytes") }
        let answer = WHOISText(text)
        let networks = answer.networks.compactMap(WHOISNetwork.init)
        let referral = Referral.registry(of: answer.referrals, besides: registry)
        let refusal = WHOISRefusal(in: answer, hasNetworks: !answer.networks.isEmpty)
        if case .failure(let error) = refusal { return NetworkReading(.failure(error), referral: referral) }
        guard let network = smallest(of: networks, holding: address) else {
            if refusal == .nothingFound { return NetworkReading(.success(nil), referral: referral) }
            return malformed(
                answer.networks.isEmpty ? "no network in the answer" : "no network that holds \(address)",
                referral: referral)
        }
        let (kind, blocks) = (network.kind, network.blocks)
        let facts = NetworkFacts(
            name: network.name, country: network.country, cidr: blocks.map(\.description).joined(separator: ", "),
            handle: network.handle, entities: network.entities)
        guard !kind.isPlaceholder, answer.referrals.isEmpty || !facts.isEmpty else {
            return NetworkReading(
                .failure(LookupError(.registeredElsewhere, detail: facts.name?.visible() ?? "")),
                referral: referral ?? kind.referral(for: address, besides: registry))
        }
        let found = NetworkAnswer(
            facts: facts, blocks: blocks, isLeaf: kind.isLeaf, registry: registry, startAddress: network.range.first,
            endAddress: network.range.last, type: network.type)
        return NetworkReading(.success(found), referral: referral)
    }

    private static func malformed(_ reason: String, referral: Registry? = nil) -> NetworkReading {
        NetworkReading(.failure(LookupError(.malformed, detail: reason)), referral: referral)
    }

    private static func smallest(of networks: [WHOISNetwork], holding address: IPAddress) -> WHOISNetwork? {
        var smallest: WHOISNetwork?
        for network in networks where network.contains(address) {
            guard let best = smallest else {
                smallest = network
                continue
            }
            let isRoute = network.notation == .route
            if isRoute != (best.notation == .route) {
                if !isRoute { smallest = network }
            } else if network.range.span < best.range.span
                || network.range.span == best.range.span && network.notation == .arin
            {
                smallest = network
            }
        }
        return smallest
    }
}
