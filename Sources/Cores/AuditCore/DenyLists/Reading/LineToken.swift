/// A word of a line: what stands between blanks, commas count as blanks.
struct LineToken {
    let bytes: ArraySlice<UInt8>

    /// Whether a comment begins here: `#`, `;`, `//` or `--`.
    var opensComment: Bool {
        switch bytes.first {
        case UInt8(ascii: "#"), UInt8(ascii: ";"): true
        case UInt8(ascii: "/"): bytes.dropFirst().first == UInt8(ascii: "/")
        case UInt8(ascii: "-"): bytes.dropFirst().first == UInt8(ascii: "-")
        default: false
        }
    }

    /// What follows a dash that the word begins with (ASCII, en or em): empty if it is nothing but one; nil without one.
    var afterDash: ArraySlice<UInt8>? {
        if bytes.first == UInt8(ascii: "-") { return bytes.dropFirst() }
        guard bytes.starts(with: [0xE2, 0x80]), let third = bytes.dropFirst(2).first, third == 0x93 || third == 0x94
        else {
            return nil
        }
        return bytes.dropFirst(3)
    }

    /// Whether this can be a word of a comment: not a number, an address, or a broken one. A date can (`2026-11-27`).
    var isWord: Bool {
        guard let first = bytes.first else { return true }
        if bytes.count(where: { $0 == UInt8(ascii: ":") }) >= 2 { return false }
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "/") else { return true }
        return isDate || !bytes.allSatisfy { "0123456789./:-".utf8.contains($0) }
    }

    private var isDate: Bool {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.count == 3 && parts.map(\.count) == [4, 2, 2]
            && parts.allSatisfy { $0.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
    }

    /// For a message: short, without control characters.
    var quoted: String { "\"\(String(decoding: bytes.prefix(240), as: UTF8.self).visible(limit: 60))\"" }
}

/// The words of a line, from left to right.
struct LineTokens {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next word; nil at the end.
    mutating func next() -> LineToken? {
        rest = rest.drop(while: Self.separates)
        guard !rest.isEmpty else { return nil }
        let token = rest.prefix { !Self.separates($0) }
        rest = rest[token.endIndex...]
        return LineToken(bytes: token)
    }

    private static func separates(_ byte: UInt8) -> Bool { ListLine.isBlank(byte) || byte == UInt8(ascii: ",") }
}
