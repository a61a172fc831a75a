extension IPAddress {
    /// The IPv4 address whose packets come wrapped in this IPv6 address; nil if none do.
    ///
    /// | block | what it is | where the IPv4 address is |
    /// |---|---|---|
    /// | 2002::/16 | 6to4 (RFC 3056) | after the first 16 bits |
    /// | 2001::/32 | Teredo (RFC 4380) | in the last 32 bits, inverted: the client's, as its NAT shows it |
    /// | 64:ff9b::/96 | NAT64 (RFC 6052) | in the last 32 bits |
    /// | 64:ff9b:1::/48 | NAT64 of a site's own (RFC 8215) | in the last 32 bits, as in prefixes of /96 |
    ///
    /// - Complexity: A few comparisons, no allocation.
    package var embeddedIPv4: IPAddress? {
        guard family == .v6 else { return nil }
        let last = UInt32(truncatingIfNeeded: bits)
        if bits >> 112 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: bits >> 80)) }
        if bits >> 96 == 0x2001_0000 { return IPAddress(v4: ~last) }
        if bits >> 32 == 0x0064_FF9B_0000_0000_0000_0000 || bits >> 80 == 0x0064_FF9B_0001 {
            return IPAddress(v4: last)
        }
        return nil
    }
}
