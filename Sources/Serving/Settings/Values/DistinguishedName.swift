/// The form of a distinguished name (RFC 4514, and the older `;` and `"…"` that libraries still take).
enum DistinguishedName {
    /// Whether a text is one: `attribute=value` pairs with `,` or `+` between.
    static func isValid(_ text: String) -> Bool {
        var pairs: [[UInt8]] = [[]]
        var isEscaped = false
        var isQuoted = false
        for byte in text.utf8 {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, ",;+".utf8.contains(byte) {
                pairs.append([])
                continue
            }
            pairs[pairs.count - 1].append(byte)
        }
        return !isEscaped && !isQuoted && pairs.allSatisfy(isPair)
    }

    private static func isPair(_ pair: [UInt8]) -> Bool {
        guard let mark = pair.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let name = pair[..<mark].drop { $0 == 0x20 }
        let end = name.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? name.startIndex
        let isName = name[..<end].allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
        return isName && end > name.startIndex
    }
}
