internal import AuditCore
internal import Whois

/// The block of addresses that one answer holds for.
///
/// Narrowing a reach is always right, it only costs another question later. It is narrowed to a few lengths, so that
/// whatever holds an address is found under few keys: every second length from /8 to /32, and whole hexadecimal digits from
/// /16 to /64, and /128.
enum Reach {
    /// What one flight is about, and what an upstream's trouble holds for: the /24 or /48 around an address. Nothing smaller
    /// is routed on the Internet at large.
    static func neighbourhood(of address: IPAddress) -> IPPrefix { block(address, address.family == .v4 ? 24 : 48) }

    /// What stands for one client: an IPv4 address, an IPv6 /64.
    static func client(_ address: IPAddress) -> IPPrefix { block(address, address.family == .v4 ? 32 : 64) }

    /// The reach of a registry's network around the address that was asked about.
    ///
    /// An assignment holds for all its addresses. An allocation may hold networks of others, and does so for the address's
    /// neighbourhood only. Where the registry did not say what range it means, the answer is for the client alone.
    static func network(_ answer: NetworkAnswer, around address: IPAddress) -> IPPrefix {
        guard let block = answer.blocks.first(where: { $0.contains(address) }) else { return client(address) }
        let isLimited = !answer.isLeaf
        return narrowed(block.length, around: address, atLeast: isLimited ? neighbourhood(of: address).length : 0)
    }

    /// The reach of an origin around the address that was asked about: its prefix, but no more than the neighbourhood, since
    /// longer prefixes of others may be announced inside it.
    static func origin(_ answer: OriginAnswer, around address: IPAddress) -> IPPrefix {
        guard let prefix = answer.prefix, prefix.contains(address) else { return client(address) }
        return narrowed(prefix.length, around: address, atLeast: neighbourhood(of: address).length)
    }

    /// The blocks around an address that networks may be kept under, the longest first.
    static func networks(around address: IPAddress) -> [IPPrefix] { lengths(address).map { block(address, $0) } }

    /// The blocks around an address that origins may be kept under, the longest first.
    static func origins(around address: IPAddress) -> [IPPrefix] {
        let shortest = neighbourhood(of: address).length
        return lengths(address).lazy.filter { $0 >= shortest }.map { block(address, $0) }
    }

    private static let v4Lengths = Array(stride(from: 32, through: 8, by: -2))
    private static let v6Lengths = [128] + Array(stride(from: 64, through: 16, by: -4))

    private static func lengths(_ address: IPAddress) -> [Int] { address.family == .v4 ? v4Lengths : v6Lengths }

    /// The longest block that is kept, not wider than asked for.
    private static func narrowed(_ length: Int, around address: IPAddress, atLeast shortest: Int) -> IPPrefix {
        let wanted = max(length, shortest)
        return block(address, lengths(address).last { $0 >= wanted } ?? address.family.bitWidth)
    }

    private static func block(_ address: IPAddress, _ length: Int) -> IPPrefix {
        IPPrefix(address, length: length) ?? IPPrefix(only: address)
    }
}
