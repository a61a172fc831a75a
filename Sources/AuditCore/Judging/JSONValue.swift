/// A JSON value whose objects keep the order of their members (RFC 8259), for output only.
enum JSONValue {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(name: String, value: JSONValue)])

    /// A string, or null.
    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    /// A number, or null.
    static func count(_ number: (some BinaryInteger)?) -> JSONValue { number.map { .integer(Int($0)) } ?? .null }

    /// The value on one line, safe to print: what a terminal would obey is escaped.
    var text: String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .bool(let flag): result += flag ? "true" : "false"
        case .integer(let number): result += String(number)
        case .number(let number): result += number.isFinite ? "\(number)" : "null"
        case .string(let string): Self.write(string, to: &result)
        case .array(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { result += "," }
                element.write(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                Self.write(member.name, to: &result)
                result += ":"
                member.value.write(to: &result)
            }
            result += "}"
        }
    }

    private static func write(_ string: String, to result: inout String) {
        result += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default: result += scalar.isShowable ? String(scalar) : scalar.escape
            }
        }
        result += "\""
    }
}
