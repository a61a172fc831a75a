/// Reads one JSON text (RFC 8259) by recursive descent, at most `maxDepth` arrays and objects deep.
struct JSONReader {
    private let bytes: [UInt8]
    private let maxDepth: Int
    private let secret: String?
    /// Whether values that cannot be held are `null`, and characters that are none U+FFFD, in place of an error.
    private let isTolerant: Bool
    private var position = 0
    /// The text of the last member of the outermost object that has the secret's name and is a text.
    private(set) var withheld: WipedBytes?

    init(_ bytes: [UInt8], maxDepth: Int, secret: String? = nil, isTolerant: Bool = false) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        self.secret = secret
        self.isTolerant = isTolerant
    }

    /// Reads the only value of the text.
    mutating func document() throws(JSONError) -> JSONValue {
        skipBlanks()
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw error("text after the value") }
        return value
    }

    private func error(_ reason: String) -> JSONError { JSONError(reason, at: position) }

    /// The byte at hand; nil at the end.
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Steps over `byte` if it is at hand.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch next {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where isTolerant: return try word("NaN", .null)
        case UInt8(ascii: "I") where isTolerant: return try word("Infinity", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        default: throw error("value expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, word.description.utf8.elementsEqual(bytes[position..<end]) else {
            throw error("value expected")
        }
        position = end
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var members: [JSONValue.Member] = []
        if take("}") { return .object(members) }
        if depth == 1 { members.reserveCapacity(8) }  // what a login has
        while true {
            guard next == UInt8(ascii: "\"") else { throw error("member name expected") }
            let name = try string()
            skipBlanks()
            guard take(":") else { throw error("colon expected") }
            skipBlanks()
            if depth == 1, name == secret, next == UInt8(ascii: "\"") {
                withheld = try secretString()
                members.append(JSONValue.Member(name: name, value: .string("")))
            } else {
                members.append(JSONValue.Member(name: name, value: try value(depth: depth)))
            }
            skipBlanks()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("comma or closing brace expected") }
            skipBlanks()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var values: [JSONValue] = []
        if take("]") { return .array(values) }
        while true {
            values.append(try value(depth: depth))
            skipBlanks()
            if take("]") { return .array(values) }
            guard take(",") else { throw error("comma or closing bracket expected") }
            skipBlanks()
        }
    }

    /// Steps over an opening bracket and the blanks after it.
    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= maxDepth else { throw error("nested too deep") }
        position += 1
        skipBlanks()
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = take("-")
        if isTolerant, next == UInt8(ascii: "I") { return try word("Infinity", .null) }
        let whole = try digits()
        guard whole.count == 1 || bytes[whole.lowerBound] != UInt8(ascii: "0") else {
            throw JSONError("leading zero", at: start)
        }
        var isWhole = true
        if take(".") {
            isWhole = false
            _ = try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            _ = try digits()
        }
        if isWhole, let integer = integer(whole, isNegative: isNegative) { return .integer(integer) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let number = Double(text), number.isFinite { return .number(number) }
        guard isTolerant else { throw JSONError("number out of range", at: start) }
        return .null
    }

    /// One or more digits.
    private mutating func digits() throws(JSONError) -> Range<Int> {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("digit expected") }
        return start..<position
    }

    /// The digits as a number; nil if it does not fit.
    private func integer(_ digits: Range<Int>, isNegative: Bool) -> Int? {
        var result = 0  // counted downwards, since the negative side is the longer one
        for byte in bytes[digits] {
            let (shifted, overflow) = result.multipliedReportingOverflow(by: 10)
            let (next, underflow) = shifted.subtractingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            if overflow || underflow { return nil }
            result = next
        }
        if isNegative { return result }
        return result == .min ? nil : -result
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var unescaped: [UInt8]?  // nil as long as the text stands in `bytes` as it is
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let text =
                    if let unescaped { String(strict: unescaped[...]) } else { String(strict: bytes[start..<position]) }
                guard let text else { throw JSONError("text is not UTF-8", at: start) }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                if unescaped == nil { unescaped = Array(bytes[start..<position]) }
                position += 1
                let scalar = try escape()
                unescaped?.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            case 0..<0x20:
                throw error("control character in a text")
            default:
                unescaped?.append(byte)
                position += 1
            }
        }
        throw error("text without end")
    }

    /// A text, in memory that is overwritten.
    private mutating func secretString() throws(JSONError) -> WipedBytes {
        position += 1
        // Escapes are never shorter than what they stand for.
        let text = WipedBytes(capacity: bytes.count - position)
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                for unit in UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter { text.append(unit) }
            case 0..<0x20:
                throw error("control character in a text")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw error("text without end")
    }

    /// What follows a backslash.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let plain: Unicode.Scalar
        switch next {
        case UInt8(ascii: "\""): plain = "\""
        case UInt8(ascii: "\\"): plain = "\\"
        case UInt8(ascii: "/"): plain = "/"
        case UInt8(ascii: "b"): plain = "\u{8}"
        case UInt8(ascii: "f"): plain = "\u{C}"
        case UInt8(ascii: "n"): plain = "\n"
        case UInt8(ascii: "r"): plain = "\r"
        case UInt8(ascii: "t"): plain = "\t"
        case UInt8(ascii: "u"):
            position += 1
            return try unicodeEscape()
        default: throw error("unknown escape")
        }
        position += 1
        return plain
    }

    /// Four digits of a scalar value, or twice four of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let afterFirst = position
        if first < 0xDC00, take("\\"), take("u") {
            let second = try fourDigits()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        guard isTolerant else { throw JSONError("lone surrogate", at: start) }
        position = afterFirst
        return "\u{FFFD}"
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        var result: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case .some(let byte) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
                digit = byte - UInt8(ascii: "0")
            case .some(let byte) where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20):
                digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: throw error("hexadecimal digit expected")
            }
            result = result << 4 | UInt32(digit)
            position += 1
        }
        return result
    }
}

extension String {
    /// A text of UTF-8; nil if it is none.
    ///
    /// ASCII, which most is, needs no check: `String(validating:as:)` looks generic types up for each text.
    init?(strict bytes: ArraySlice<UInt8>) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }
}
