/// A block of special-purpose addresses, named as the old program named it.
package struct ReservedBlock: Sendable, Hashable {
    /// The assignment's name, shown as the net name: `TEST-NET-1`.
    package let name: String
    /// Where it is defined: `RFC 5737`.
    package let reference: String

    /// Names a block.
    package init(name: String, reference: String) {
        self.name = name
        self.reference = reference
    }
}

extension IPAddress {
    /// The special-purpose block the address lies in, if any.
    ///
    /// The tables, their order and their names are those of ipwhois' `ipv4_is_defined` and `ipv6_is_defined`, where the
    /// first match counts; 100.64.0.0/10 is ours. Every private address is in some block, but not the other way round:
    /// multicast, 192.88.99.0/24, fec0::/10, 64:ff9b::/96 and 100.64.0.0/10 are reserved and not private.
    ///
    /// - Complexity: Some ten comparisons, no allocation.
    package var reservedBlock: ReservedBlock? {
        switch family {
        case .v4:
            Self.reservedV4.first { $0.prefix.contains(self) }?.block ?? (isSpecialPurpose ? Self.privateUse : nil)
        case .v6:
            Self.reservedV6.first { $0.prefix.contains(self) }?.block ?? (isSpecialPurpose ? Self.uniqueLocal : nil)
        }
    }

    private typealias Row = (prefix: IPPrefix, block: ReservedBlock)

    private static func row(_ prefix: StaticString, _ name: String, _ reference: String) -> Row {
        (IPPrefix(literal: prefix), ReservedBlock(name: name, reference: reference))
    }

    /// What is private and in no row: 10/8, 172.16/12, 192.168/16, 240/4.
    private static let privateUse = ReservedBlock(name: "Private-Use Networks", reference: "RFC 1918")
    /// What is private and in no row: fc00::/7, and documentation, 6to4 and protocol assignments in 2000::/3.
    private static let uniqueLocal = ReservedBlock(name: "Unique Local Unicast", reference: "RFC 4193")

    private static let reservedV4: [Row] = [
        row("0.0.0.0/8", "This Network", "RFC 1122, Section 3.2.1.3"),
        row("127.0.0.0/8", "Loopback", "RFC 1122, Section 3.2.1.3"),
        row("169.254.0.0/16", "Link Local", "RFC 3927"),
        row("192.0.0.0/24", "IETF Protocol Assignments", "RFC 5736"),
        row("192.0.2.0/24", "TEST-NET-1", "RFC 5737"),
        row("192.88.99.0/24", "6to4 Relay Anycast", "RFC 3068"),
        row("198.18.0.0/15", "Network Interconnect Device Benchmark Testing", "RFC 2544"),
        row("198.51.100.0/24", "TEST-NET-2", "RFC 5737"),
        row("203.0.113.0/24", "TEST-NET-3", "RFC 5737"),
        row("224.0.0.0/4", "Multicast", "RFC 3171"),
        row("255.255.255.255/32", "Limited Broadcast", "RFC 919, Section 7"),
        row("100.64.0.0/10", "Shared Address Space", "RFC 6598"),
    ]

    private static let reservedV6: [Row] =
        [
            row("ff00::/8", "Multicast", "RFC 4291, Section 2.7"),
            row("::/128", "Unspecified", "RFC 4291, Section 2.5.2"),
            row("::1/128", "Loopback", "RFC 4291, Section 2.5.3"),
        ]
        + ([
            "::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3", "8000::/3",
            "a000::/3", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/9",
        ] as [StaticString]).map { row($0, "Reserved", "RFC 4291") }
        + [
            row("fe80::/10", "Link-Local", "RFC 4291, Section 2.5.6"),
            row("fec0::/10", "Site-Local", "RFC 4291, Section 2.5.7"),
        ]
}
