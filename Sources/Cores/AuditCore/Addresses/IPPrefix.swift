/// A CIDR block: an address and how many of its leading bits count (RFC 4632, RFC 4291 section 2.3).
///
/// Host bits are cleared when the prefix is made, so `10.1.2.3/8` equals `10.0.0.0/8`.
public struct IPPrefix: Hashable, Sendable {
    /// The first address of the block.
    public let address: IPAddress
    /// How many leading bits count: 0-32 or 0-128.
    public let length: Int

    /// Makes a prefix from an address and a length.
    ///
    /// - Returns: nil if the length does not fit the family.
    package init?(_ address: IPAddress, length: Int) {
        guard (0...address.family.bitWidth).contains(length) else { return nil }
        self.init(address, checkedLength: length)
    }

    /// Makes the prefix that holds just one address.
    package init(only address: IPAddress) {
        self.address = address
        length = address.family.bitWidth
    }

    /// Parses `address/length` or a plain address; host bits are cleared, not refused.
    ///
    /// - Returns: nil for anything else; lengths are decimal without sign or leading zero. A prefix of IPv4-mapped
    ///   addresses (`::ffff:192.0.2.0/120`) becomes IPv4; mapped ones shorter than /96 are refused.
    public init?(_ text: some StringProtocol) { self.init(utf8: Array(text.utf8)[...]) }

    /// Parses the UTF-8 bytes of a prefix; see ``init(_:)-(StringProtocol)``.
    ///
    /// - Complexity: Linear, without allocating.
    package init?(utf8 bytes: ArraySlice<UInt8>) {
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else {
            guard let address = IPAddress(utf8: bytes) else { return nil }
            self.init(only: address)
            return
        }
        let digits = bytes[(slash + 1)...]
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0"),
            var length = UInt32(decimal: digits).map(Int.init),
            let address = IPAddress(utf8: bytes[..<slash])
        else { return nil }
        if address.family == .v4, bytes[..<slash].contains(UInt8(ascii: ":")) { length -= 96 }
        self.init(address, length: length)
    }

    /// A prefix of our own tables.
    ///
    /// - Precondition: The text is a prefix.
    init(literal text: StaticString) {
        guard let prefix = IPPrefix(text.description) else { preconditionFailure("\(text) is no prefix") }
        self = prefix
    }

    /// - Precondition: `length` fits the family.
    init(_ address: IPAddress, checkedLength length: Int) {
        self.length = length
        let mask = Self.hostMask(address.family, length: length)
        self.address =
            address.family == .v4
            ? IPAddress(v4: UInt32(truncatingIfNeeded: address.bits & ~mask)) : IPAddress(v6: address.bits & ~mask)
    }

    /// Whether the address lies in the block. Addresses of the other family never do.
    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family
            && (other.bits & ~Self.hostMask(address.family, length: length)) == address.bits
    }

    /// The last address of the block, as a number.
    package var lastBits: UInt128 { address.bits | Self.hostMask(address.family, length: length) }

    private static func hostMask(_ family: IPAddress.Family, length: Int) -> UInt128 {
        let hostBits = family.bitWidth - length
        return hostBits == 128 ? .max : (UInt128(1) << UInt128(hostBits)) - 1
    }
}

extension IPPrefix: CustomStringConvertible {
    /// Canonical text, always with the length: `192.0.2.0/24`.
    public var description: String { "\(address)/\(length)" }
}

extension UInt32 {
    /// Parses one or more ASCII digits and nothing else; nil also if the number is too large.
    init?(decimal digits: ArraySlice<UInt8>) {
        guard !digits.isEmpty else { return nil }
        var number: UInt32 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tenfold, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tenfold.addingReportingOverflow(UInt32(byte - UInt8(ascii: "0")))
            guard !tooLarge, !overflow else { return nil }
            number = sum
        }
        self = number
    }
}
