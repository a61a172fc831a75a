/// Reads a line of the list of networks: an address or network, or a range in one of the forms in which people write them.
///
/// | line | is |
/// |---|---|
/// | `192.0.2.0/24`, `192.0.2.7`, `192.0.2.0 /24`, `192.0.2.0 24` | a network |
/// | `192.0.2.0/255.255.255.0`, `192.0.2.0 255.255.255.0`, `192.0.2.0 0.0.0.255` | a network with its mask |
/// | `192.0.2.0 netmask 255.255.255.0` | the same |
/// | `192.0.2.0 - 192.0.2.99`, `192.0.2.0-192.0.2.99`, `192.0.2.0 192.0.2.99`, `192.0.2.0 to 192.0.2.99` | a range |
/// | `192.0.2.0 192.0.2.255 24 …` | a range, its length, and columns that do not matter (DShield) |
///
/// After that only a comment may follow. What can be neither is refused: it would silently be one address.
struct NetworkLine {
    /// Why a line is no network, where the line is at fault as a whole.
    struct Refusal: Error {
        var reason: String
    }

    private let line: ListLine

    init(_ line: ListLine) { self.line = line }

    /// The networks that the line names: one, or those that make up a range.
    func prefixes() throws(Refusal) -> [IPPrefix] {
        let entry = line.entry
        let rest = line.bytes[entry.endIndex...]
        if let prefix = IPPrefix(utf8: entry) { return try prefixes(prefix, isPlain: !entry.hasSlash, rest) }
        if let prefix = masked(entry) { return try prefixes(prefix, isPlain: false, rest) }
        if let (first, last) = range(entry) {
            var tokens = LineTokens(rest)
            try endOfRange(&tokens, first, last)
            return try covering(first, last)
        }
        if let comma = entry.firstIndex(of: UInt8(ascii: ",")), let prefix = IPPrefix(utf8: entry[..<comma]) {
            return try prefixes(prefix, isPlain: !entry[..<comma].hasSlash, line.bytes[comma...])
        }
        throw Refusal(reason: "\(LineToken(bytes: entry).quoted) is no address and no network")
    }

    // MARK: What follows an address

    /// - Parameter isPlain: An address without a length, so that what follows may be the rest of a range.
    private func prefixes(_ prefix: IPPrefix, isPlain: Bool, _ rest: ArraySlice<UInt8>) throws(Refusal) -> [IPPrefix] {
        var tokens = LineTokens(rest)
        guard let token = tokens.next(), !token.opensComment else { return [prefix] }
        let first = prefix.address
        if let dashed = token.afterDash ?? (token.isTo ? [] : nil) {
            guard let end = dashed.isEmpty ? tokens.next() : LineToken(bytes: dashed) else { throw unclear(token) }
            if isPlain, let last = IPAddress(utf8: end.bytes) {
                try endOfRange(&tokens, first, last)
                return try covering(first, last)
            }
            // "192.0.2.0/24 - somebody": a comment, unless it begins as half a range does.
            guard end.isWord, IPPrefix(utf8: end.bytes) == nil else { throw unclear(end) }
            return [prefix]
        }
        if token.isMask, let mask = tokens.next(), !mask.opensComment, !mask.isWord {
            guard isPlain else { throw unclear(mask) }
            return [IPPrefix(first, checkedLength: try length(of: mask, for: first))]
        }
        if token.bytes.first == UInt8(ascii: "/"), isPlain, let length = UInt32(decimal: token.bytes.dropFirst()) {
            guard let network = IPPrefix(first, length: Int(length)) else { throw unclear(token) }
            return [network]
        }
        if let second = IPAddress(utf8: token.bytes) {
            guard isPlain else { throw Refusal(reason: "two networks in one line: each wants a line of its own") }
            return try pair(first, second, token, &tokens)
        }
        if let length = UInt32(decimal: token.bytes) {
            let follows = tokens.next()
            guard isPlain, follows?.opensComment ?? true, let network = IPPrefix(first, length: Int(clamping: length)),
                network.address == first
            else { throw unclear(token) }
            return [network]
        }
        guard token.isWord else { throw unclear(token) }
        return [prefix]
    }

    /// Two addresses: a network and its mask, or the ends of a range.
    private func pair(
        _ first: IPAddress, _ second: IPAddress, _ token: LineToken, _ tokens: inout LineTokens
    ) throws(Refusal) -> [IPPrefix] {
        if second.family == .v4, first.family == .v4 {
            let isLastOfAll = second.netmaskLength == 32
            if second.bits == 0 || isLastOfAll && (first.bits == 0 || first.bits >> 24 >= 224) {
                throw Refusal(reason: "is \(token.quoted) a mask, or the end of a range? Write it as address/length")
            }
            if let length = second.netmaskLength, length >= 8 { return [IPPrefix(first, checkedLength: length)] }
            if second.bits >> 24 == 255, first.bits >> 24 != 255 {
                throw Refusal(reason: "\(token.quoted) is no netmask")
            }
            if second.bits < first.bits, let length = second.hostMaskLength {
                return [IPPrefix(first, checkedLength: length)]
            }
            if second.netmaskLength != nil {
                throw Refusal(reason: "is \(token.quoted) a mask, or the end of a range? Write it as address/length")
            }
        }
        let prefixes = try covering(first, second)
        try endOfRange(&tokens, first, second)
        return prefixes
    }

    /// The length that a mask stands for, or that stands in its place.
    private func length(of mask: LineToken, for address: IPAddress) throws(Refusal) -> Int {
        let digits = mask.bytes.first == UInt8(ascii: "/") ? mask.bytes.dropFirst() : mask.bytes
        let mask4 = address.family == .v4 ? IPAddress(utf8: mask.bytes) : nil
        let length =
            mask4.flatMap { $0.netmaskLength ?? $0.hostMaskLength } ?? UInt32(decimal: digits).map { Int(clamping: $0) }
        guard let length, length <= address.family.bitWidth else {
            throw Refusal(reason: "\(mask.quoted) is no netmask")
        }
        return length
    }

    /// What may follow a range: its length, which has to be right, and then anything; or a comment.
    private func endOfRange(_ tokens: inout LineTokens, _ first: IPAddress, _ last: IPAddress) throws(Refusal) {
        guard let token = tokens.next(), !token.opensComment else { return }
        guard let length = UInt32(decimal: token.bytes) else {
            let word = token.afterDash.map { $0.isEmpty ? tokens.next() : LineToken(bytes: $0) } ?? token
            guard let word, word.isWord, IPAddress(utf8: word.bytes) == nil else { throw unclear(token) }
            return
        }
        guard length <= first.family.bitWidth else { return }  // a column: how many were seen, say
        let prefix = IPPrefix(first, checkedLength: Int(length))
        guard prefix.address == first, prefix.lastBits == last.bits else {
            throw Refusal(reason: "the range is no /\(length)")
        }
    }

    private func covering(_ first: IPAddress, _ last: IPAddress) throws(Refusal) -> [IPPrefix] {
        guard first.family == last.family else { throw Refusal(reason: "a range of IPv4 and IPv6") }
        guard let prefixes = IPPrefix.covering(first, through: last) else {
            throw Refusal(reason: "the range ends before it begins")
        }
        return prefixes
    }

    private func unclear(_ token: LineToken) -> Refusal {
        Refusal(
            reason:
                "\(token.quoted) after the address is neither a range, a mask, a length nor a comment (# begins one)")
    }

    // MARK: In one word

    /// `192.0.2.0/255.255.255.0` or `192.0.2.0/0.0.0.255`.
    private func masked(_ entry: ArraySlice<UInt8>) -> IPPrefix? {
        guard let slash = entry.firstIndex(of: UInt8(ascii: "/")), let address = IPAddress(utf8: entry[..<slash]),
            address.family == .v4, let mask = IPAddress(utf8: entry[(slash + 1)...]),
            // 0.0.0.0 is read as a netmask, 255.255.255.255 too, as Python's ipaddress reads them.
            let length = mask.netmaskLength ?? mask.hostMaskLength
        else { return nil }
        return IPPrefix(address, checkedLength: length)
    }

    /// `192.0.2.0-192.0.2.99`.
    private func range(_ entry: ArraySlice<UInt8>) -> (IPAddress, IPAddress)? {
        for index in entry.indices {
            guard let end = LineToken(bytes: entry[index...]).afterDash else { continue }
            guard let first = IPAddress(utf8: entry[..<index]), let last = IPAddress(utf8: end) else { return nil }
            return (first, last)
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate var hasSlash: Bool { contains(UInt8(ascii: "/")) }
}

extension LineToken {
    /// Whether it says that the end of a range follows.
    fileprivate var isTo: Bool { ["to", "through", "thru"].contains(lowercase) }
    /// Whether it says that a mask follows.
    fileprivate var isMask: Bool { ["mask", "netmask", "wildcard"].contains(lowercase) }

    private var lowercase: String { bytes.count > 8 ? "" : String(decoding: bytes, as: UTF8.self).lowercased() }
}
