/// An IPv4 or IPv6 address.
///
/// IPv4-mapped IPv6 addresses (`::ffff:192.0.2.1`) become IPv4 when they are made, once, so that no rule can be
/// passed by in the other spelling. Zones (`%eth0`) are dropped.
public struct IPAddress: Hashable, Sendable {
    /// The address family.
    package enum Family: Sendable, Hashable {
        /// IPv4, 32 bits.
        case v4
        /// IPv6, 128 bits.
        case v6

        /// How many bits an address of this family has.
        package var bitWidth: Int { self == .v4 ? 32 : 128 }
    }

    /// The address family. Comparisons never mix families.
    package let family: Family
    /// The address as a number; for IPv4 the upper 96 bits are zero.
    package let bits: UInt128

    /// Makes an IPv4 address from its 32 bits.
    package init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    /// Makes an IPv6 address from its 128 bits; an IPv4-mapped one becomes IPv4.
    package init(v6 bits: UInt128) {
        let isMapped = bits >> 32 == 0xFFFF
        family = isMapped ? .v4 : .v6
        self.bits = isMapped ? bits & 0xFFFF_FFFF : bits
    }

    /// Parses the text of an address as strictly as Python's `ipaddress` (RFC 4291 section 2.2 and, for IPv4, four
    /// decimal numbers without leading zeros); a zone after an IPv6 address is accepted and dropped.
    ///
    /// - Returns: nil for anything else: blanks, brackets, ports, prefix lengths, octal.
    public init?(_ text: some StringProtocol) {
        let parsed = text.utf8.withContiguousStorageIfAvailable { AddressText(bytes: $0[...]).address }
        guard let address = parsed ?? AddressText(bytes: Array(text.utf8)[...]).address else { return nil }
        self = address
    }

    /// Parses the UTF-8 bytes of an address; see ``init(_:)-(StringProtocol)``.
    ///
    /// - Complexity: Linear, without allocating.
    package init?(utf8 bytes: ArraySlice<UInt8>) {
        guard let address = AddressText(bytes: bytes).address else { return nil }
        self = address
    }
}

extension IPAddress: CustomStringConvertible {
    /// Canonical text (RFC 5952).
    public var description: String {
        switch family {
        case .v4:
            return (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> UInt128(24 - 8 * $0))) }
                .joined(separator: ".")
        case .v6:
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
            let gap = Self.longestZeroRun(groups)
            func hexadecimal(_ range: Range<Int>) -> String {
                groups[range].map { String($0, radix: 16) }.joined(separator: ":")
            }
            guard gap.count >= 2 else { return hexadecimal(0..<8) }
            return hexadecimal(0..<gap.lowerBound) + "::" + hexadecimal(gap.upperBound..<8)
        }
    }

    /// The first of the longest runs of zero groups.
    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}
