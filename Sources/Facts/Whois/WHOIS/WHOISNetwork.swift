import AuditCore

/// One network object of a WHOIS answer.
struct WHOISNetwork {
    /// Whose notation the object is in; they differ in keys, and in what comes first.
    enum Notation {
        /// ARIN: `NetRange`, `CIDR`, `NetName`; a network follows the one it lies in.
        case arin
        /// RPSL, and LACNIC's likeness of it: `inetnum`, `inet6num`.
        case inetnum
        /// A route object: who may announce a prefix. It has no name, and counts only where there is nothing else.
        case route
    }

    /// Whose notation the object is in.
    let notation: Notation
    /// First to last address.
    let range: AddressRange
    /// The prefixes of an object that lists them in place of a range.
    private let listed: [IPPrefix]?
    private let attributes: [WHOISText.Attribute]

    /// Reads an object; nil if its range cannot be read.
    init?(_ attributes: [WHOISText.Attribute]) {
        self.attributes = attributes
        guard let key = attributes.first else { return nil }
        switch key.key {
        case "netrange", "cidr": notation = .arin
        case "route", "route6": notation = .route
        default: notation = .inetnum
        }
        if key.key == "cidr" {
            let prefixes = key.value.split(separator: ",").prefix(64).compactMap { IPPrefix(registryText: $0) }
            let ranges = prefixes.compactMap { AddressRange($0) }
            guard let first = ranges.first, let last = ranges.last, let hull = AddressRange(first.first, last.last)
            else {
                return nil
            }
            (range, listed) = (hull, prefixes)
        } else {
            guard let range = AddressRange(registryText: Self.withoutComment(key.value)) else { return nil }
            (self.range, listed) = (range, nil)
        }
    }

    /// The addresses as prefixes; made when asked for, since a hostile answer has room for many ranges of many blocks.
    var blocks: [IPPrefix] { listed ?? range.blocks }

    /// Whether the network holds the address.
    func contains(_ address: IPAddress) -> Bool {
        range.contains(address) && listed?.contains { $0.contains(address) } ?? true
    }

    /// The network's name; LACNIC's have none.
    var name: String? { first("netname").flatMap { ForeignText.value(Self.withoutComment($0)) } }

    /// `status`, in ARIN's words `NetType`.
    var type: String? { (first("status") ?? first("nettype")).flatMap { ForeignText.value(Self.withoutComment($0)) } }

    /// What the object itself says. ARIN's networks have no country, as in RDAP: the one that follows is the owner's.
    var country: String? { notation == .arin ? nil : first("country").flatMap { ForeignText.networkCountry($0) } }

    /// What kind of network it is.
    var kind: RegistrationKind {
        RegistrationKind(
            name: name, type: type, country: notation == .arin ? nil : first("country"), extent: NetworkExtent(range),
            words: attributes.filter { ["descr", "remarks", "comment"].contains($0.key) }.map(\.value))
    }

    /// ARIN's `NetHandle`; the others' handle is the range, spelled as in their RDAP.
    var handle: String? {
        guard notation != .arin else { return first("nethandle").flatMap { ForeignText.value($0) } }
        return attributes[0].value.contains("-")
            ? "\(range.first) - \(range.last)" : range.blocks.first?.description
    }

    /// Handles of organisations, contacts and maintainers that the object names, in order, each once.
    var entities: [String] {
        var handles = EntityHandles()
        for attribute in attributes {
            switch attribute.key {
            case "org", "ownerid", "admin-c", "tech-c", "abuse-c", "owner-c", "mnt-by", "mnt-irt":
                for handle in Self.withoutComment(attribute.value).split(separator: ",") { handles.add(handle) }
            case "organization", "customer":  // `Google LLC (GOGL)`
                guard attribute.value.hasSuffix(")"), let open = attribute.value.lastIndex(of: "(") else { continue }
                handles.add(attribute.value[attribute.value.index(after: open)...].dropLast())
            default: continue
            }
        }
        return handles.list
    }

    private func first(_ key: String) -> String? { attributes.first { $0.key == key }?.value }

    private static func withoutComment(_ value: String) -> Substring { value.prefix { $0 != "#" } }
}
