internal import AuditCore

extension IPPrefix {
    /// Reads a network of the settings: what ``init(_:)-(StringProtocol)`` takes, and what Python's `ip_network` takes
    /// besides: `192.0.2.0/255.255.255.0`, a host mask (`192.0.2.0/0.0.0.255`), and a length with leading zeros.
    ///
    /// - Returns: nil for anything else; for a mask whose ones are not together, too, and for one behind an IPv6 address.
    init?(setting text: String) {
        if let prefix = IPPrefix(text) {
            self = prefix
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])) else { return nil }
        let digits = parts[1].utf8
        if !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) {
            // Python takes /024; an IPv4-mapped address has its prefix read by the other initializer alone.
            guard digits.count <= 8, let length = Int(parts[1]), !(address.family == .v4 && text.contains(":")) else {
                return nil
            }
            self.init(address, length: length)
            return
        }
        guard address.family == .v4, !text.contains(":"), let mask = IPAddress(String(parts[1])), mask.family == .v4,
            let length = Self.length(ofMask: UInt32(truncatingIfNeeded: mask.bits))
        else { return nil }
        self.init(address, length: length)
    }

    /// How many leading bits a mask stands for: a net mask, else a host mask. 0.0.0.0 is the net mask of everything.
    private static func length(ofMask mask: UInt32) -> Int? {
        let ones = (~mask).leadingZeroBitCount
        if mask == 0 || mask == ~UInt32(0) << UInt32(32 - ones) { return ones }
        return mask & (mask &+ 1) == 0 ? mask.leadingZeroBitCount : nil
    }
}
