/// An IPv4 or IPv6 address.
///
/// IPv4-mapped IPv6 addresses (`::ffff:192.0.2.1`) become IPv4 when they are made, once, so that no rule can be
/// passed by in the other spelling. Zones (`%eth0`) are dropped.
public struct IPAddress: Hashable, Sendable {
    /// The address family.
    public enum Family: Sendable, Hashable {
        /// IPv4, 32 bits.
        case v4
        /// IPv6, 128 bits.
        case v6

        /// How many bits an address of this family has.
        public var bitWidth: Int { self == .v4 ? 32 : 128 }
    }

    /// The address family. Comparisons never mix families.
    public let family: Family
    /// The address as a number; for IPv4 the upper 96 bits are zero.
    public let bits: UInt128

    /// Makes an IPv4 address from its 32 bits.
    public init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    /// Makes an IPv6 address from its 128 bits; an IPv4-mapped one becomes IPv4.
    public init(v6 bits: UInt128) {
        let isMapped = bits >> 32 == 0xFFFF
        family = isMapped ? .v4 : .v6
        self.bits = isMapped ? bits & 0xFFFF_FFFF : bits
    }

    /// Parses the text of an address as strictly as Python's `ipaddress` (RFC 4291 section 2.2 and, for IPv4, four
    /// decimal numbers without leading zeros); a zone after an IPv6 address is accepted and dropped.
    ///
    /// - Returns: nil for anything else: blanks, brackets, ports, prefix lengths, octal.
    public init?(_ text: some StringProtocol) {
        var text = Array(text.utf8)
        guard text.contains(UInt8(ascii: ":")) else {
            guard let v4 = Self.parseV4(text[...]) else { return nil }
            self.init(v4: v4)
            return
        }
        if let percent = text.firstIndex(of: UInt8(ascii: "%")) {
            let zone = text[(percent + 1)...]
            guard !zone.isEmpty, !zone.contains(UInt8(ascii: "%")) else { return nil }
            text.removeSubrange(percent...)
        }
        guard let v6 = Self.parseV6(text) else { return nil }
        self.init(v6: v6)
    }

    private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
        var result: UInt32 = 0
        var octets = 0
        for part in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var octet: UInt32 = 0
            for byte in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
            }
            guard octet < 256, octets < 4 else { return nil }
            result = result << 8 | octet
            octets += 1
        }
        return octets == 4 ? result : nil
    }

    private static func parseV6(_ text: [UInt8]) -> UInt128? {
        guard text.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        let groups: [UInt16]
        if let gap {
            guard let head = parseGroups(text[..<gap], mayEndInV4: false),
                let tail = parseGroups(text[(gap + 2)...], mayEndInV4: true), head.count + tail.count < 8
            else { return nil }
            groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let all = parseGroups(text[...], mayEndInV4: true), all.count == 8 else { return nil }
            groups = all
        }
        return groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// Parses `2001:db8:1`, or with `mayEndInV4` also `ffff:192.0.2.1`; no text is no groups.
    private static func parseGroups(_ text: ArraySlice<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var v4: UInt32?
        if mayEndInV4, let last = parts.last, last.contains(UInt8(ascii: ".")) {
            guard let parsed = parseV4(last) else { return nil }
            v4 = parsed
            parts.removeLast()
        }
        for part in parts {
            guard (1...4).contains(part.count) else { return nil }
            var group: UInt16 = 0
            for byte in part {
                guard let digit = hexadecimalDigit(byte) else { return nil }
                group = group << 4 | UInt16(digit)
            }
            groups.append(group)
        }
        if let v4 { groups += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)] }
        return groups
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
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
