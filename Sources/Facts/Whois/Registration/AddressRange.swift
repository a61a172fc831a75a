import AuditCore

/// A run of addresses of one family, as registries give them out: not always one CIDR block.
struct AddressRange: Hashable {
    /// The first address.
    let first: IPAddress
    /// The last address, never before the first.
    let last: IPAddress

    /// Makes a range; nil if it would end before it starts, or in the other family.
    init?(_ first: IPAddress, _ last: IPAddress) {
        guard first.family == last.family, first.bits <= last.bits else { return nil }
        (self.first, self.last) = (first, last)
    }

    /// The addresses of a prefix; nil for an IPv6 prefix that holds the IPv4-mapped addresses and ends among them.
    init?(_ prefix: IPPrefix) {
        self.init(prefix.address, IPAddress(prefix.lastBits, prefix.address.family))
    }

    /// Reads `192.0.2.0 - 192.0.2.255`, `192.0.2.0/24`, `200.57.128/19` or an address.
    init?(registryText text: some StringProtocol) {
        if let dash = text.firstIndex(of: "-") {
            guard let first = IPAddress(registryText: text[..<dash]),
                let last = IPAddress(registryText: text[text.index(after: dash)...])
            else { return nil }
            self.init(first, last)
        } else if let prefix = IPPrefix(registryText: text) {
            self.init(prefix)
        } else {
            return nil
        }
    }

    /// How many addresses follow the first.
    var span: UInt128 { last.bits - first.bits }

    /// Whether the address is one of them; those of the other family never are.
    func contains(_ address: IPAddress) -> Bool {
        address.family == first.family && (first.bits...last.bits).contains(address.bits)
    }

    /// The fewest prefixes that hold these addresses and no others, ascending: at most 62 of IPv4, 254 of IPv6.
    var blocks: [IPPrefix] {
        let width = first.family.bitWidth
        var blocks: [IPPrefix] = []
        var start = first.bits
        while true {
            // The largest block that starts here and does not go beyond the last address.
            let left = last.bits - start
            let fitting = left == .max ? width : 127 - (left + 1).leadingZeroBitCount
            let hostBits = min(start == 0 ? width : start.trailingZeroBitCount, fitting, width)
            // nil for IPv4-mapped addresses in the midst of IPv6 ones, which are no addresses of IPv6 here
            if let block = IPPrefix(IPAddress(start, first.family), length: width - hostBits) { blocks.append(block) }
            guard hostBits < width else { return blocks }
            let (next, overflow) = start.addingReportingOverflow(UInt128(1) << UInt128(hostBits))
            guard !overflow, next <= last.bits else { return blocks }
            start = next
        }
    }
}

extension IPAddress {
    /// Reads an address as registries write it: with leading zeros (`209.085.128.000`, padded IPv6) or, of one address,
    /// with its length (`/32`, `/128`).
    init?(registryText text: some StringProtocol) {
        var text = ForeignText.trim(text)
        let isV6 = text.utf8.contains(UInt8(ascii: ":"))
        if text.hasSuffix(isV6 ? "/128" : "/32") { text = text.prefix { $0 != "/" } }
        if isV6 {
            self.init(text)
        } else {
            guard let (bits, octets) = UInt32.octets(of: text), octets == 4 else { return nil }
            self.init(v4: bits)
        }
    }

    fileprivate init(_ bits: UInt128, _ family: Family) {
        self = family == .v4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
    }
}

extension IPPrefix {
    /// Reads a prefix as registries write it: `192.0.2.0/24`, LACNIC's short `200.57.128/19`, padded octets, or one
    /// address.
    ///
    /// - Returns: nil also where host bits are set: what is meant cannot be known.
    init?(registryText text: some StringProtocol) {
        let text = ForeignText.trim(text)
        guard let slash = text.firstIndex(of: "/") else {
            guard let address = IPAddress(registryText: text) else { return nil }
            self.init(only: address)
            return
        }
        let digits = text[text.index(after: slash)...].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy(UInt32.isDigit), let length = Int(Substring(digits))
        else { return nil }
        let address: IPAddress
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let parsed = IPAddress(text[..<slash]), parsed.family == .v6 else { return nil }
            address = parsed
        } else {
            guard let (bits, octets) = UInt32.octets(of: text[..<slash]) else { return nil }
            address = IPAddress(v4: bits << UInt32(32 - 8 * octets))
        }
        guard let prefix = IPPrefix(address, length: length), prefix.address == address else { return nil }
        self = prefix
    }
}

extension UInt32 {
    /// The number that one to four octets make, and how many there are; leading zeros do not mean octal.
    fileprivate static func octets(of text: Substring) -> (bits: UInt32, count: Int)? {
        var bits: UInt32 = 0
        let octets = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard (1...4).contains(octets.count) else { return nil }
        for octet in octets {
            guard octet.allSatisfy(isDigit), let number = UInt8(Substring(octet)) else { return nil }
            bits = bits << 8 | UInt32(number)
        }
        return (bits, octets.count)
    }

    fileprivate static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
