/// Base64 (RFC 4648 section 4): no blanks, nothing left over.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Encodes bytes, with padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                text.append(
                    index <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes a text with all of its padding; nil if it is not base64. The result is the only memory that holds anything of it.
    package static func decode(_ text: [UInt8]) -> [UInt8]? { decode(text, isPadded: true) }

    /// Decodes a text with all of its padding, or, for argon2, with none. Padded, what is left in the last digit's unused bits
    /// does not matter, as it does not to Dovecot.
    package static func decode(_ text: some BidirectionalCollection<UInt8>, isPadded: Bool) -> [UInt8]? {
        var digits = text[...]
        if isPadded {
            guard text.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(3 * (digits.count / 4) + 3)
        var (pending, bits) = (UInt32(0), UInt32(0))
        for character in digits {
            guard let digit = digit(character) else { return nil }
            (pending, bits) = (pending << 6 | digit, bits + 6)
            guard bits >= 8 else { continue }
            bits -= 8
            decoded.append(UInt8(truncatingIfNeeded: pending >> bits))
        }
        return isPadded || pending & (1 << bits - 1) == 0 ? decoded : nil
    }

    private static func digit(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
