/// The encodings found in stored hashes; all strict: no blanks, nothing left over.
enum TextDecoding {
    /// Decodes hexadecimal digits of either case.
    static func hexadecimal(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var result: [UInt8] = []
        var high: UInt8?
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            if let first = high {
                result.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return result
    }

    /// Decodes base64 (RFC 4648 section 4) with all of its padding, or, for argon2, with none. Padded, what is left in the
    /// last digit's unused bits does not matter, as it does not to Dovecot.
    static func base64(_ text: some BidirectionalCollection<UInt8>, isPadded: Bool) -> [UInt8]? {
        var digits = text[...]
        if isPadded {
            guard text.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            default: return nil
            }
            pending = pending << 6 | UInt32(digit)
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        return isPadded || pending & (1 << UInt32(bits) - 1) == 0 ? result : nil
    }

    /// The value of a digit in crypt's own alphabet (`./0-9A-Za-z`); nil for other bytes.
    static func cryptDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "."): 0
        case UInt8(ascii: "/"): 1
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 2
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A")) + 12
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 38
        default: nil
        }
    }

    /// Reads a decimal number without sign or leading zeros, of at most 18 digits.
    static func decimal(_ text: some Collection<UInt8>) -> UInt64? {
        guard (1...18).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var result: UInt64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            result = result * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return result
    }
}
