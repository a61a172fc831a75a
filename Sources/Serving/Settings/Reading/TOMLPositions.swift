/// A place in a text: line and column, both from 1, columns counted in Unicode scalars.
struct TextPosition: Hashable, Comparable {
    var line = 1
    var column = 1

    static func < (left: Self, right: Self) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// Where the keys, values and array elements of a TOML document stand; TOMLKit knows, but does not tell.
///
/// TOMLKit says whether the text is TOML, so the scanner only has to find its way; where it meets something it does
/// not expect it stops, and later keys fall back to the place of their table. A path is the list of keys from
/// the top; the fourth element of an array is the component `[3]`.
struct TOMLPositions {
    /// Where the last component of a path is written: in a header, or left of `=`.
    private(set) var keys: [[String]: TextPosition] = [:]
    /// Where the value of a path begins.
    private(set) var values: [[String]: TextPosition] = [:]
    /// Where a string or quoted key holds an escaped NUL (`\u0000`), which TOMLKit's strings end at.
    private(set) var escapedNUL: TextPosition?
    /// Where values are nested, or a key is dotted, deeper than TOMLKit's recursion is trusted with.
    private(set) var excessiveDepth: TextPosition?

    private static let greatestNesting = 64
    /// Deeper paths than any setting has are not recorded.
    private static let maximumDepth = 16

    private let bytes: [UInt8]
    private var index = 0
    private var position = TextPosition()
    private var arrayTables: [[String]: Int] = [:]

    /// Scans a document; linear in its size.
    init(scanning bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        var table: [String] = []
        while true {
            skipBlanksAndLines()
            guard let byte = current else { return }
            if byte == UInt8(ascii: "[") {
                guard let path = scanHeader() else { return }
                table = path
            } else {
                guard scanPair(in: table) else { return }
            }
        }
    }

    /// The place of a key's value, else of the key, else of the nearest table around it, else the first line.
    func value(at path: [String]) -> TextPosition { values[path] ?? key(at: path) }

    /// The place of a key, else of the nearest table around it, else the first line.
    func key(at path: [String]) -> TextPosition {
        for length in stride(from: path.count, through: 1, by: -1) {
            if let place = keys[Array(path[..<length])] { return place }
        }
        return TextPosition()
    }

    // MARK: - Moving

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            position = TextPosition(line: position.line + 1, column: 1)
        } else if byte & 0xC0 != 0x80 {  // a continuation byte of UTF-8 is no column of its own
            position.column += 1
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        advance()
        return true
    }

    private mutating func skipBlanks() {
        while let byte = current, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { advance() }
    }

    private mutating func skipBlanksAndLines() {
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): advance()
            case UInt8(ascii: "#"): while let next = current, next != UInt8(ascii: "\n") { advance() }
            default: return
            }
        }
    }

    // MARK: - Keys

    /// `[a.b]` or `[[a.b]]`.
    private mutating func scanHeader() -> [String]? {
        _ = skip(UInt8(ascii: "["))
        let isArray = skip(UInt8(ascii: "["))
        guard var path = scanKeyPath(in: []), skip(UInt8(ascii: "]")) else { return nil }
        if isArray {
            guard skip(UInt8(ascii: "]")) else { return nil }
            let number = arrayTables[path, default: 0]
            arrayTables[path] = number + 1
            path.append("[\(number)]")
        }
        return path
    }

    /// `a . "b" = value`.
    private mutating func scanPair(in table: [String]) -> Bool {
        guard let path = scanKeyPath(in: table), skip(UInt8(ascii: "=")) else { return false }
        return scanValue(path)
    }

    /// A dotted key with the blanks around it; each component is recorded where it is first seen.
    private mutating func scanKeyPath(in table: [String]) -> [String]? {
        var path = table
        repeat {
            skipBlanks()
            let start = position
            guard let component = scanKeyComponent() else { return nil }
            path.append(component)
            guard isWithinDepth(path) else { return nil }
            if path.count <= Self.maximumDepth, keys[path] == nil { keys[path] = start }
            skipBlanks()
        } while skip(UInt8(ascii: "."))
        return path
    }

    private mutating func isWithinDepth(_ path: [String]) -> Bool {
        if path.count > Self.greatestNesting, excessiveDepth == nil { excessiveDepth = position }
        return excessiveDepth == nil
    }

    private mutating func scanKeyComponent() -> String? {
        if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") { return scanString() }
        let start = index
        while let byte = current, Self.isBareKeyByte(byte) { advance() }
        return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
    }

    private static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }

    // MARK: - Values

    private mutating func scanValue(_ path: [String]) -> Bool {
        guard isWithinDepth(path) else { return false }
        skipBlanks()
        if path.count <= Self.maximumDepth, values[path] == nil { values[path] = position }
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return scanString() != nil
        case UInt8(ascii: "["): return scanArray(path)
        case UInt8(ascii: "{"): return scanInlineTable(path)
        default: return scanBareValue()
        }
    }

    private mutating func scanBareValue() -> Bool {
        let start = index
        while let byte = current, !"\n\r,]}#".utf8.contains(byte) { advance() }
        return index > start
    }

    private mutating func scanArray(_ path: [String]) -> Bool {
        _ = skip(UInt8(ascii: "["))
        var number = 0
        while true {
            skipBlanksAndLines()
            if skip(UInt8(ascii: "]")) { return true }
            guard scanValue(path + ["[\(number)]"]) else { return false }
            number += 1
            skipBlanksAndLines()
            if !skip(UInt8(ascii: ",")) { return skip(UInt8(ascii: "]")) }
        }
    }

    private mutating func scanInlineTable(_ path: [String]) -> Bool {
        _ = skip(UInt8(ascii: "{"))
        while true {
            skipBlanksAndLines()
            if skip(UInt8(ascii: "}")) { return true }
            guard scanPair(in: path) else { return false }
            skipBlanksAndLines()
            if !skip(UInt8(ascii: ",")) { return skip(UInt8(ascii: "}")) }
        }
    }

    /// A string of any of the four kinds; the result is exact for the two that fit on a line, as keys must.
    private mutating func scanString() -> String? {
        guard let quote = current else { return nil }
        let isBasic = quote == UInt8(ascii: "\"")
        let isMultiline = bytes[index...].starts(with: [quote, quote, quote])
        for _ in 0..<(isMultiline ? 3 : 1) { advance() }
        var text: [UInt8] = []
        while let byte = current {
            if isBasic, byte == UInt8(ascii: "\\") {
                text += Array(String(scanEscape()).utf8)
            } else if byte != quote {
                text.append(byte)
                advance()
            } else if !isMultiline {
                advance()
                return String(decoding: text, as: UTF8.self)
            } else if bytes[index...].starts(with: [quote, quote, quote]) {
                // Up to two quotes may stand before the closing three.
                while current == quote { advance() }
                return String(decoding: text, as: UTF8.self)
            } else {
                advance()
            }
        }
        return nil
    }

    private mutating func scanEscape() -> Unicode.Scalar {
        let start = position
        advance()
        guard let letter = current else { return "\u{FFFD}" }
        advance()
        switch letter {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            var digits = ""
            while digits.utf8.count < (letter == UInt8(ascii: "u") ? 4 : 8), let byte = current,
                byte != UInt8(ascii: "\"")
            {
                digits.unicodeScalars.append(Unicode.Scalar(byte))
                advance()
            }
            let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
            if scalar == "\0", escapedNUL == nil { escapedNUL = start }
            return scalar
        default: return Unicode.Scalar(letter)
        }
    }
}
