package import AuditCore

/// Reads what a registry's WHOIS server says of the network that holds an address (RFC 3912; the form is each
/// registry's own).
///
/// Referrals are not followed. LACNIC's answers may hold another registry's text, so all notations are known everywhere.
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
        guard text.count <= maxBytes else {
            return .failure(LookupError(.malformed, detail: "more than \(maxBytes) bytes"))
        }
        let answer = WHOISText(text)
        let networks = answer.networks.compactMap(WHOISNetwork.init)
        let refusal = WHOISRefusal(in: answer, hasNetworks: !answer.networks.isEmpty)
        if case .failure(let error) = refusal { return .failure(error) }
        guard let network = smallest(of: networks, holding: address) else {
            if refusal == .nothingFound { return .success(nil) }
            let reason = answer.networks.isEmpty ? "no network in the answer" : "no network that holds \(address)"
            return .failure(LookupError(.malformed, detail: reason))
        }
        let (name, type, blocks) = (network.name, network.type, network.blocks)
        guard !RegistrationKind.isPlaceholder(name: name, type: type) else {
            return .failure(LookupError(.registeredElsewhere, detail: name?.visible() ?? ""))
        }
        return .success(
            NetworkAnswer(
                facts: NetworkFacts(
                    name: name, country: network.country,
                    cidr: blocks.map(\.description).joined(separator: ", "), handle: network.handle,
                    entities: network.entities),
                blocks: blocks, isLeaf: RegistrationKind.isLeaf(type), registry: registry,
                startAddress: network.range.first, endAddress: network.range.last, type: type))
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
