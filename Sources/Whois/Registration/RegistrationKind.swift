package import AuditCore

extension LookupError.Code {
    /// The registry only says that another one knows: the address lies in space it has no details of.
    package static let registeredElsewhere = LookupError.Code(name: "registered elsewhere")
}

/// What kind of network an object is, by the words of the registry that made it.
enum RegistrationKind {
    /// Whether nothing more specific is registered inside a network of this type (RDAP `type`, WHOIS `status` or
    /// `NetType`): assignments and reassignments. Allocations, legacy space and everything unheard of may hold others.
    static func isLeaf(_ type: String?) -> Bool {
        guard let type = type?.uppercased() else { return false }
        return type.hasPrefix("ASSIGNED") || ["AGGREGATED-BY-LIR", "REASSIGNMENT", "REASSIGNED"].contains(type)
    }

    /// Whether the object stands for space that another registry looks after.
    ///
    /// ARIN says so in the type (`Early Registrations, Transferred to RIPE NCC`); the others have objects with names of
    /// their own. Such a name counts on an allocation only, which registries make: nobody can take his own network out
    /// of the lists by naming it so.
    static func isPlaceholder(name: String?, type: String?) -> Bool {
        guard let type = type?.uppercased() else { return false }
        if others.contains(where: { type.hasSuffix(" TO " + $0) || type.hasSuffix(" BY " + $0) }) { return true }
        guard type.hasPrefix("ALLOCATED"), let name = name?.uppercased() else { return false }
        return ["IANA-BLK", "ERX-NETBLOCK"].contains(name) || name.hasPrefix("IANA-NETBLOCK")
            || name.hasPrefix("NON-") && name.hasSuffix("-MANAGED-ADDRESS-BLOCK")
    }

    private static let others = ["RIPE NCC", "APNIC", "LACNIC", "AFRINIC"]
}
