/// Reads the text of one address, without allocating.
struct AddressText<Bytes: RandomAccessCollection> where Bytes.Element == UInt8, Bytes.Index == Int {
    /// The whole text.
    let bytes: Bytes

    /// The address, or nil if the text is none.
    var address: IPAddress? {
        guard bytes.contains(UInt8(ascii: ":")) else {
            return v4(from: bytes.startIndex).map(IPAddress.init(v4:))
        }
        guard let end = endBeforeZone else { return nil }
        return v6(upTo: end).map(IPAddress.init(v6:))
    }

    /// Where the address ends and its zone begins; nil if there is a bad zone.
    private var endBeforeZone: Int? {
        guard let percent = bytes.firstIndex(of: UInt8(ascii: "%")) else { return bytes.endIndex }
        let zone = bytes[(percent + 1)...]
        return zone.isEmpty || zone.contains(UInt8(ascii: "%")) ? nil : percent
    }

    /// Four decimal numbers from `start` to the end of the text.
    private func v4(from start: Int, upTo end: Int? = nil) -> UInt32? {
        var result: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in start..<(end ?? bytes.endIndex) {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                result = result << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits == 0 || octet != 0 else {
                    return nil
                }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard octet < 256 else { return nil }
            }
        }
        return digits > 0 && dots == 3 ? result << 8 | octet : nil
    }

    /// Groups of hexadecimal digits with at most one `::`; the last two groups may be an IPv4 address.
    private func v6(upTo end: Int) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var groups: UInt128 = 0
        var count = 0
        var gap: Int?
        var index = bytes.startIndex
        if index < end, bytes[index] == colon {
            guard index + 1 < end, bytes[index + 1] == colon else { return nil }
            gap = 0
            index += 2
        }
        while index < end {
            let start = index
            var group: UInt128 = 0
            while index < end, index - start < 5, let digit = Self.hexadecimalDigit(bytes[index]) {
                group = group << 4 | UInt128(digit)
                index += 1
            }
            if index < end, bytes[index] == UInt8(ascii: ".") {
                guard let v4 = v4(from: start, upTo: end) else { return nil }
                groups = groups << 32 | UInt128(v4)
                count += 2
                break
            }
            guard (1...4).contains(index - start), count < 8 else { return nil }
            groups = groups << 16 | group
            count += 1
            guard index < end else { break }
            guard bytes[index] == colon, index + 1 < end else { return nil }
            index += 1
            if bytes[index] == colon {
                guard gap == nil else { return nil }
                gap = count
                index += 1
            }
        }
        guard let gap else { return count == 8 ? groups : nil }
        guard count < 8 else { return nil }
        let tailWidth = 16 * (count - gap)
        let tail = groups & ((1 << tailWidth) - 1)
        return gap == 0 ? tail : (groups >> tailWidth) << (128 - 16 * gap) | tail
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
