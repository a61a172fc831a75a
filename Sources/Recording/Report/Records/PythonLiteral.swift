internal import StrictJSON

/// Reads what Python's `repr()` writes of None, truth values, numbers, texts, lists, tuples and dictionaries whose keys
/// are texts.
///
/// The old program's report turned single quotes into double ones and parsed JSON, so a name with an apostrophe, which
/// Python puts in double quotes, broke it.
struct PythonLiteral {
    /// How long a text may be, in bytes: longer ones are not read.
    static let lengthLimit = 65_536
    /// How deep lists and dictionaries may nest.
    static let depthLimit = 8

    private var rest: Substring.UnicodeScalarView

    /// The value; nil if the text is anything but one literal.
    ///
    /// - Complexity: Linear in the text.
    static func parse(_ text: String) -> JSONValue? {
        guard text.utf8.count <= lengthLimit else { return nil }
        var parser = PythonLiteral(rest: Substring(text).unicodeScalars)
        guard let value = parser.value(depth: 0) else { return nil }
        return parser.rest.isEmpty ? value : nil
    }

    private mutating func value(depth: Int) -> JSONValue? {
        guard depth <= Self.depthLimit, let first = rest.first else { return nil }
        switch first {
        case "'", "\"": return string().map(JSONValue.string)
        case "[": return items(depth: depth, until: "]").map(JSONValue.array)
        case "(": return items(depth: depth, until: ")").map(JSONValue.array)
        case "{": return members(depth: depth).map(JSONValue.object)
        default: return word()
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() { while take(" ") {} }

    /// After an element: steps over a comma; whether the closing bracket follows. nil if neither is there.
    private mutating func isLast(_ end: Unicode.Scalar) -> Bool? {
        skipBlanks()
        let hasComma = take(",")
        skipBlanks()
        if take(end) { return true }
        return hasComma ? false : nil
    }

    private mutating func items(depth: Int, until end: Unicode.Scalar) -> [JSONValue]? {
        rest.removeFirst()
        skipBlanks()
        var items: [JSONValue] = []
        if take(end) { return items }
        while let item = value(depth: depth + 1) {
            items.append(item)
            guard let isLast = isLast(end) else { return nil }
            if isLast { return items }
        }
        return nil
    }

    private mutating func members(depth: Int) -> [JSONValue.Member]? {
        rest.removeFirst()
        skipBlanks()
        var members: [JSONValue.Member] = []
        if take("}") { return members }
        while let name = string() {
            skipBlanks()
            guard take(":") else { return nil }
            skipBlanks()
            guard let value = value(depth: depth + 1) else { return nil }
            members.append(JSONValue.Member(name: name, value: value))
            guard let isLast = isLast("}") else { return nil }
            if isLast { return members }
        }
        return nil
    }

    private mutating func word() -> JSONValue? {
        let characters = "abcdefghijklmnopqrstuvwxyzNTF0123456789+-.".unicodeScalars
        let word = String(rest.prefix(while: characters.contains))
        rest.removeFirst(word.unicodeScalars.count)
        switch word {
        case "None": return .null
        case "True": return .bool(true)
        case "False": return .bool(false)
        default:
            // Double would also take `nan`, `inf` and `0x10`.
            guard word.utf8.allSatisfy("0123456789+-.e".utf8.contains), !word.isEmpty else { return nil }
            if let integer = Int(word) { return .integer(integer) }
            guard let number = Double(word), number.isFinite else { return nil }
            return .number(number)
        }
    }

    /// A quoted text, with Python's escapes.
    private mutating func string() -> String? {
        guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
        rest.removeFirst()
        var result = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case quote: return String(result)
            case "\\":
                guard let escaped = escape() else { return nil }
                result.append(escaped)
            default: result.append(scalar)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        switch rest.popFirst() {
        case "\\": "\\"
        case "'": "'"
        case "\"": "\""
        case "n": "\n"
        case "r": "\r"
        case "t": "\t"
        case "x": hexadecimal(2)
        case "u": hexadecimal(4)
        case "U": hexadecimal(8)
        default: nil
        }
    }

    private mutating func hexadecimal(_ count: Int) -> Unicode.Scalar? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(String(digits), radix: 16)
        else { return nil }
        rest.removeFirst(count)
        return Unicode.Scalar(value)
    }
}
