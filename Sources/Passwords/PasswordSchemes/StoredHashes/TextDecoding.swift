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
