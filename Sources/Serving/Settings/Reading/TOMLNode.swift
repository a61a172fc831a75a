internal import TOMLKit

/// A value of a TOML document, as far as the settings need to tell values apart.
indirect enum TOMLNode {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    /// A number with a fraction, which no setting has; 389.0 counts as 389.
    case fraction(Double)
    case array([TOMLNode])
    case table([String: TOMLNode])
    /// A kind that no setting has, in words: `a date`.
    case other(String)

    /// The kind in words, with its article.
    var kindInWords: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .boolean: "a boolean"
        case .fraction: "a number with a fraction"
        case .array: "an array"
        case .table: "a table"
        case .other(let words): words
        }
    }

    /// Copies a table out of TOMLKit.
    ///
    /// - Parameter depth: How deep it lies; tables deeper than any setting are not looked into, so that a document
    ///   cannot exhaust the stack.
    static func copying(_ table: TOMLTable, depth: Int = 0) -> TOMLNode {
        guard depth < 16 else { return .other("a table too deep to be read") }
        var members: [String: TOMLNode] = [:]
        for key in table.keys {
            guard let value = table[key] else { continue }
            members[key] = copying(value, depth: depth + 1)
        }
        return .table(members)
    }

    private static func copying(_ value: any TOMLValueConvertible, depth: Int) -> TOMLNode {
        switch value.type {
        case .string: return value.string.map(TOMLNode.string) ?? .other("a string that cannot be read")
        case .int: return value.int.map(TOMLNode.integer) ?? .other("an integer that cannot be read")
        case .bool: return value.bool.map(TOMLNode.boolean) ?? .other("a boolean that cannot be read")
        case .double: return value.double.map(TOMLNode.fraction) ?? .other("a number that cannot be read")
        case .date, .time, .dateTime: return .other("a date or time")
        case .table: return value.table.map { copying($0, depth: depth) } ?? .other("a table that cannot be read")
        case .array:
            guard let array = value.array, depth < 16 else { return .other("an array too deep to be read") }
            return .array((0..<array.count).map { copying(array[$0], depth: depth + 1) })
        }
    }
}
