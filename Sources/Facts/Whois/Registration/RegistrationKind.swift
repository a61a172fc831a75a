package import AuditCore

extension LookupError.Code {
    /// The registry only says that another one knows: the address lies in space it has no details of.
    package static let registeredElsewhere = LookupError.Code(name: "registered elsewhere")
}

/// What kind of network an object is, by the words of the registry that made it.
package struct RegistrationKind {
    /// The network's name.
    var name: String?
    /// RDAP's `type`, WHOIS's `status` or `NetType`.
    var type: String?
    /// The country as written.
    var country: String?
    /// How large the network is.
    var extent = NetworkExtent.usual
    /// What the object says in words: `descr`, `remarks`.
    var words: [String] = []

    /// An object of which this is known.
    package init(
        name: String?, type: String?, country: String?, extent: NetworkExtent = .usual, words: [String] = []
    ) {
        (self.name, self.type, self.country, self.extent, self.words) = (name, type, country, extent, words)
    }

    /// Whether nothing more specific is registered inside it: assignments and reassignments. Allocations, legacy space and
    /// everything unheard of may hold others, as does what is as large as a registry's block, whatever it is called.
    var isLeaf: Bool { extent == .usual && Self.isLeaf(type) }

    /// Whether networks of this type are leaves.
    static func isLeaf(_ type: String?) -> Bool {
        guard let type = type?.uppercased() else { return false }
        return type.hasPrefix("ASSIGNED") || ["AGGREGATED-BY-LIR", "REASSIGNMENT", "REASSIGNED"].contains(type)
    }

    /// Whether the object stands for space that another registry looks after, or nobody.
    ///
    /// ARIN says so in the type (`Early Registrations, Transferred to RIPE NCC`); the others have objects with names of
    /// their own, which are worth something only where their owners cannot choose them: on an allocation, which registries
    /// make, and on what is as large as a registry's block. So nobody can take his own network out of the lists by naming
    /// it so. `ZZ` is no country, and stands on objects of registries only. What is larger than a registry's block is
    /// nobody's network, whatever its name and type.
    package var isPlaceholder: Bool {
        let type = type?.uppercased() ?? ""
        let name = name?.uppercased() ?? ""
        if extent == .beyond || Self.isOfOthers(type) { return true }
        if country.flatMap({ ForeignText.country($0) }) == "ZZ", !Self.isLeaf(type) || name.hasPrefix("STUB") {
            return true
        }
        let isRegistryBlock = extent == .registryBlock
        if isRegistryBlock, Self.typesOfRegistryBlocks.contains(type) { return true }
        guard type.hasPrefix("ALLOCATED") || isRegistryBlock else { return false }
        return Self.isPlaceholderName(name) || country == nil && words.contains(where: Self.tellsOfTransfer)
    }

    /// The registry that a placeholder's own words name, else the one that IANA gave the address to.
    func referral(for address: IPAddress, besides asked: Registry?) -> Registry? {
        Referral.registry(named: [type ?? "", name ?? ""] + words, besides: asked)
            ?? Referral.registry(holding: address, besides: asked)
    }

    /// `Allocated to APNIC`, `Early Registrations, Maintained by RIPE NCC`, `IANA Special Use`.
    private static func isOfOthers(_ type: String) -> Bool {
        others.contains { type.hasSuffix(" TO " + $0) || type.hasSuffix(" BY " + $0) } || type.hasPrefix("IANA")
    }

    private static let others = ["RIPE NCC", "RIPE", "APNIC", "LACNIC", "AFRINIC"]
    /// What registries call their own blocks; no holder of a /8 has such a one.
    private static let typesOfRegistryBlocks: Set = [
        "ALLOCATED UNSPECIFIED", "ALLOCATED-BY-RIR", "ALLOCATED", "UNSPECIFIED",
    ]

    /// `IANA-BLK`, `IANA-BLOCK`, `IANA-NETBLOCK-8`, `ERX-NETBLOCK`, `STUB-1-179-112SLASH20`,
    /// `NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK`.
    private static func isPlaceholderName(_ name: String) -> Bool {
        ["IANA-BLK", "IANA-BLOCK", "ERX-NETBLOCK"].contains(name)
            || ["IANA-NETBLOCK", "STUB-"].contains(where: name.hasPrefix)
            || name.hasPrefix("NON-") && name.hasSuffix("-MANAGED-ADDRESS-BLOCK")
    }

    /// What registries write into objects of space that they gave away or never had.
    private static func tellsOfTransfer(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["transferred to ", "not allocated to ", "not managed by ", "allocated by another "].contains {
            text.contains($0)
        }
    }
}
