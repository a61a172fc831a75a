package import AuditCore

/// How much of a family's addresses a network has.
package enum NetworkExtent {
    /// As much as networks of somebody have.
    case usual
    /// What IANA gives to a registry at once: a /8, an IPv6 /12. A few old networks are as large.
    case registryBlock
    /// More than that, up to all addresses there are: nobody's network.
    case beyond

    /// Of a range; nil has the extent of any network.
    init(_ range: AddressRange?) {
        guard let range else {
            self = .usual
            return
        }
        let width = range.first.family.bitWidth
        let hostBits = range.span == .max ? width : 127 - (range.span + 1).leadingZeroBitCount
        self.init(length: width - hostBits, range.first.family)
    }

    /// Of prefixes, the one that holds an address.
    package init(_ blocks: [IPPrefix], holding address: IPAddress) {
        guard let block = blocks.first(where: { $0.contains(address) }) else {
            self = .usual
            return
        }
        self.init(length: block.length, block.address.family)
    }

    private init(length: Int, _ family: IPAddress.Family) {
        let registryLength = family == .v4 ? 8 : 12
        self = length < registryLength ? .beyond : length == registryLength ? .registryBlock : .usual
    }
}
