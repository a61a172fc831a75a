extension IPPrefix {
    /// The fewest prefixes that hold the addresses from `first` to `last` and no other, in order.
    ///
    /// - Returns: nil if the families differ or `last` comes before `first`.
    /// - Complexity: At most 62 prefixes of IPv4, 254 of IPv6.
    package static func covering(_ first: IPAddress, through last: IPAddress) -> [IPPrefix]? {
        guard first.family == last.family, first.bits <= last.bits else { return nil }
        let width = first.family.bitWidth
        var prefixes: [IPPrefix] = []
        var start = first.bits
        while true {
            // The largest block that begins here and does not reach beyond the end.
            var hostBits = start == 0 ? width : min(width, start.trailingZeroBitCount)
            while lastBits(from: start, hostBits: hostBits) > last.bits { hostBits -= 1 }
            let address = first.family == .v4 ? IPAddress(v4: UInt32(start)) : IPAddress(v6: start)
            prefixes.append(IPPrefix(address, checkedLength: address.family.bitWidth - hostBits))
            let end = lastBits(from: start, hostBits: hostBits)
            guard end < last.bits else { return prefixes }
            start = end + 1
        }
    }

    private static func lastBits(from start: UInt128, hostBits: Int) -> UInt128 {
        hostBits == 128 ? .max : start | (UInt128(1) << UInt128(hostBits) - 1)
    }
}

extension IPAddress {
    /// How many leading bits this is the mask of, read as a netmask (`255.255.255.0`): nil if it is none.
    var netmaskLength: Int? {
        guard family == .v4 else { return nil }
        let mask = UInt32(truncatingIfNeeded: bits)
        return (~mask).nonzeroBitCount == (~mask).trailingOnes ? 32 - (~mask).nonzeroBitCount : nil
    }

    /// How many leading bits this is the mask of, read as a host mask (`0.0.0.255`): nil if it is none.
    var hostMaskLength: Int? {
        guard family == .v4 else { return nil }
        let mask = UInt32(truncatingIfNeeded: bits)
        return mask.nonzeroBitCount == mask.trailingOnes ? 32 - mask.nonzeroBitCount : nil
    }
}

extension UInt32 {
    /// How many of the lowest bits are ones, without a gap.
    fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
