/// A value of an audit field: written as Python's `repr` into the journal's old fields, as JSON everywhere else.
public enum AuditValue: Sendable, Equatable {
    /// `None`, `null`.
    case none
    /// `True`, `true`.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// A floating-point number; one that is not finite is written as `None`, `null`.
    case double(Double)
    /// A text.
    case text(String)
    /// A list: `['GOGL']`.
    case list([AuditValue])
    /// A tuple: `()`, `('a',)`; a list in JSON.
    case tuple([AuditValue])
    /// Members in this order.
    case object([(key: String, value: AuditValue)])
    /// JSON that is written already, on one line.
    case json(String)

    /// Wraps a text that may be missing.
    package init(_ text: String?) { self = text.map(AuditValue.text) ?? .none }

    /// Wraps a whole number that may be missing.
    package init(_ number: (some BinaryInteger)?) { self = number.map { .integer(Int64(clamping: $0)) } ?? .none }

    /// Compares by what is written.
    public static func == (one: AuditValue, other: AuditValue) -> Bool { one.pythonText == other.pythonText }

    /// As Python's `str()` shows it: a text without quotes, everything else as `repr`.
    public var pythonText: String {
        if case .text(let text) = self { text } else { pythonRepresentation }
    }

    /// As Python's `repr()` shows it.
    package var pythonRepresentation: String {
        switch self {
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .integer(let value): return String(value)
        case .double(let value): return value.isFinite ? "\(value)" : "None"
        case .text(let text): return text.pythonRepresentation
        case .list(let values): return "[" + values.map(\.pythonRepresentation).joined(separator: ", ") + "]"
        case .tuple(let values):
            let inner = values.map(\.pythonRepresentation).joined(separator: ", ")
            return "(" + inner + (values.count == 1 ? ",)" : ")")
        case .object(let members):
            let inner = members.map { "\($0.key.pythonRepresentation): \($0.value.pythonRepresentation)" }
            return "{" + inner.joined(separator: ", ") + "}"
        case .json(let text): return text
        }
    }

    /// As JSON (RFC 8259) on one line, with no blanks; what a terminal would obey is escaped.
    package var jsonText: String {
        var text = ""
        appendJSON(to: &text)
        return text
    }

    /// Appends the value as JSON.
    package func appendJSON(to text: inout String) {
        switch self {
        case .none: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .double(let value): text += value.isFinite ? "\(value)" : "null"
        case .text(let value): value.appendJSON(to: &text)
        case .list(let values), .tuple(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.appendJSON(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                member.key.appendJSON(to: &text)
                text += ":"
                member.value.appendJSON(to: &text)
            }
            text += "}"
        case .json(let value): text += value
        }
    }
}

extension String {
    /// As Python's `repr()` shows a `str`: single quotes unless only those occur in it, what is not printable escaped.
    fileprivate var pythonRepresentation: String {
        let quote: Unicode.Scalar = unicodeScalars.contains("'") && !unicodeScalars.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in unicodeScalars {
            switch scalar {
            case quote, "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                if scalar.isPrintable { result.unicodeScalars.append(scalar) } else { result += scalar.pythonEscape }
            }
        }
        return result + String(quote)
    }

    /// Appends the text as JSON, with quotes.
    func appendJSON(to text: inout String) {
        text += "\""
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += self
            text += "\""
            return
        }
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: if scalar.isShowable { text.unicodeScalars.append(scalar) } else { text += scalar.escape }
            }
        }
        text += "\""
    }
}

extension Unicode.Scalar {
    /// What Python calls printable: neither control, format, unassigned nor private use, nor a separator but the blank.
    var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }

    /// `\x1b`, `\u202e`, `\U000e0001`.
    var pythonEscape: String {
        switch value {
        case ..<0x100: "\\x" + value.hexadecimal(width: 2)
        case ..<0x10000: "\\u" + value.hexadecimal(width: 4)
        default: "\\U" + value.hexadecimal(width: 8)
        }
    }
}

extension UInt32 {
    fileprivate func hexadecimal(width: Int) -> String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
