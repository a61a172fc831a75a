extension IPAddress {
    /// Whether the address counts as private: not globally reachable by IANA's special-purpose registries, and no wrapping
    /// of an IPv4 address (``embeddedIPv4``), which anybody can come by, whatever he wraps.
    ///
    /// - Complexity: A few comparisons, no allocation.
    package var isPrivate: Bool { isSpecialPurpose && embeddedIPv4 == nil }

    /// Whether the address is not globally reachable by IANA's special-purpose registries.
    ///
    /// The table is `is_private` of CPython 3.13's `ipaddress` (with `3fff::/20`): 100.64.0.0/10, multicast,
    /// 192.88.99.0/24 and fec0::/10 are not in it; 6to4, Teredo and local NAT64 addresses are.
    var isSpecialPurpose: Bool {
        switch family {
        case .v4: Self.privateV4.contains { $0.contains(self) } && !Self.publicV4.contains { $0.contains(self) }
        case .v6: Self.privateV6.contains { $0.contains(self) } && !Self.publicV6.contains { $0.contains(self) }
        }
    }

    /// IPv4 blocks that are private. CPython's 192.0.0.170/31 and 255.255.255.255/32 lie within others here.
    private static let privateV4: [IPPrefix] = [
        .init(literal: "0.0.0.0/8"), .init(literal: "10.0.0.0/8"), .init(literal: "127.0.0.0/8"),
        .init(literal: "169.254.0.0/16"), .init(literal: "172.16.0.0/12"), .init(literal: "192.0.0.0/24"),
        .init(literal: "192.0.2.0/24"), .init(literal: "192.168.0.0/16"), .init(literal: "198.18.0.0/15"),
        .init(literal: "198.51.100.0/24"), .init(literal: "203.0.113.0/24"), .init(literal: "240.0.0.0/4"),
    ]

    /// What is public all the same.
    private static let publicV4: [IPPrefix] = [.init(literal: "192.0.0.9/32"), .init(literal: "192.0.0.10/32")]

    /// IPv6 blocks that are private; `::ffff:0:0/96` is not among them, for its addresses are IPv4 here.
    private static let privateV6: [IPPrefix] = [
        .init(literal: "::1/128"), .init(literal: "::/128"), .init(literal: "64:ff9b:1::/48"),
        .init(literal: "100::/64"), .init(literal: "2001::/23"), .init(literal: "2001:db8::/32"),
        .init(literal: "2002::/16"), .init(literal: "3fff::/20"), .init(literal: "fc00::/7"),
        .init(literal: "fe80::/10"),
    ]

    /// What is public all the same.
    private static let publicV6: [IPPrefix] = [
        .init(literal: "2001:1::1/128"), .init(literal: "2001:1::2/128"), .init(literal: "2001:3::/32"),
        .init(literal: "2001:4:112::/48"), .init(literal: "2001:20::/28"), .init(literal: "2001:30::/28"),
    ]
}
