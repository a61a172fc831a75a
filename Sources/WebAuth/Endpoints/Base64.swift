/// Standard base64 with padding (RFC 4648 section 4), and nothing else in it.
enum Base64 {
    /// Decodes a text; nil if it is not base64. The result is the only memory that holds anything of it.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var end = text.count
        for _ in 0..<2 where end > 0 && text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(3 * (text.count / 4))
        var (pending, bits) = (UInt32(0), UInt32(0))
        for character in text[..<end] {
            guard let digit = digit(character) else { return nil }
            (pending, bits) = (pending << 6 | digit, bits + 6)
            guard bits >= 8 else { continue }
            bits -= 8
            decoded.append(UInt8(truncatingIfNeeded: pending >> bits))
        }
        return decoded
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
