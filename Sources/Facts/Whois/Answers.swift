package import AuditCore

/// The five regional Internet registries.
package enum Registry: String, CaseIterable, Sendable, Codable {
    case arin, ripencc, apnic, lacnic, afrinic
}

/// What a registry says of the network that holds an address.
package struct NetworkAnswer: Sendable, Equatable {
    /// Name, country, CIDR, handle and entities.
    package var facts: NetworkFacts
    /// The object's range as the fewest prefixes that cover it.
    package var blocks: [IPPrefix]
    /// Whether nothing more specific can be registered inside it: an assignment, not an allocation. Only then does it
    /// stand for every address it holds.
    package var isLeaf: Bool
    /// Who said so, if known.
    package var registry: Registry?
    /// First address of the range.
    package var startAddress: IPAddress?
    /// Last address of the range.
    package var endAddress: IPAddress?
    /// What kind of network it is, in the registry's words: `ASSIGNED PA`, `REALLOCATION`.
    package var type: String?

    /// What is not given was not said.
    package init(
        facts: NetworkFacts, blocks: [IPPrefix] = [], isLeaf: Bool = false, registry: Registry? = nil,
        startAddress: IPAddress? = nil, endAddress: IPAddress? = nil, type: String? = nil
    ) {
        self.facts = facts
        self.blocks = blocks
        self.isLeaf = isLeaf
        self.registry = registry
        self.startAddress = startAddress
        self.endAddress = endAddress
        self.type = type
    }
}

extension NetworkFacts {
    /// Whether nothing is told that a list could meet: an object that only says where to ask.
    var isEmpty: Bool { name == nil && country == nil && entities.isEmpty }
}

/// Who announces an address.
package struct OriginAnswer: Sendable, Equatable {
    /// AS numbers, prefix, registration country and AS name.
    package var facts: OriginFacts
    /// The announced prefix; nil if it is not routed.
    package var prefix: IPPrefix?
    /// The registry that gave the prefix out.
    package var registry: Registry?
    /// When it was given out: `2004-02-02`.
    package var allocated: String?
    /// Whether anybody announces it.
    package var isRouted: Bool

    /// What is not given was not said; without a word the prefix is routed.
    package init(
        facts: OriginFacts, prefix: IPPrefix? = nil, registry: Registry? = nil, allocated: String? = nil,
        isRouted: Bool = true
    ) {
        self.facts = facts
        self.prefix = prefix
        self.registry = registry
        self.allocated = allocated
        self.isRouted = isRouted
    }
}
