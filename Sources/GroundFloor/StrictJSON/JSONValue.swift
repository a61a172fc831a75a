/// A JSON value (RFC 8259).
package enum JSONValue: Hashable, Sendable {
    /// One member of an object.
    package struct Member: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: JSONValue

        /// A member of an object, as it stands there.
        package init(name: String, value: JSONValue) { (self.name, self.value) = (name, value) }
    }

    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int)
    /// Every other number; always finite when parsed.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members in the order in which they were written, repeated names kept.
    case object([Member])

    /// The member of this name, compared byte for byte; of repeated ones the last, as in Python. nil if there is none
    /// or this is no object.
    ///
    /// - Complexity: Linear in the number of members.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name.utf8.count == name.utf8.count && $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The text, if this is one.
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The truth value, if this is one.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The whole number, if this is one.
    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    /// Whether this is `null`.
    package var isNull: Bool { self == .null }

    /// Parses a text in UTF-8 as strictly as RFC 8259 has it: no byte order mark, no trailing comma, nothing after the
    /// value; ill-formed UTF-8, lone surrogates, numbers beyond a double and more than `maxDepth` arrays and objects
    /// inside one another are refused.
    ///
    /// Foundation's decoder takes UTF-16, byte order marks and `[1,]`, keeps the first of repeated members and turns
    /// `1.0` into an integer.
    ///
    /// - Throws: ``JSONError``, which holds a position and never what was sent.
    /// - Complexity: Linear; recursion at most `maxDepth` deep.
    package init(parsing bytes: [UInt8], maxDepth: Int = 32) throws(JSONError) {
        var reader = JSONReader(bytes, maxDepth: maxDepth)
        self = try reader.document()
    }

    /// Parses a text of foreign make: as ``init(parsing:maxDepth:)`` does, but one value that cannot be held spoils no other.
    ///
    /// Numbers beyond a double, and Python's `NaN` and `Infinity`, are `null`; a lone surrogate is U+FFFD.
    package init(parsingForeign bytes: [UInt8], maxDepth: Int = 32) throws(JSONError) {
        var reader = JSONReader(bytes, maxDepth: maxDepth, isTolerant: true)
        self = try reader.document()
    }

    /// Parses a text as ``init(parsing:maxDepth:)`` does, but keeps the text of one member out of strings, which cannot be
    /// overwritten: it is an empty text in the value.
    ///
    /// - Parameter secret: The name of a member of the outermost object.
    /// - Returns: Also the member's text, unescaped, if the last member of that name is a text. It is not checked to be UTF-8.
    package static func parse(
        _ bytes: [UInt8], withholding secret: String, maxDepth: Int = 32
    ) throws(JSONError) -> (value: JSONValue, withheld: WipedBytes?) {
        var reader = JSONReader(bytes, maxDepth: maxDepth, secret: secret)
        let value = try reader.document()
        return (value, value[secret]?.string == nil ? nil : reader.withheld)
    }
}
