/// JSON text (RFC 8259) written member by member, with no blanks: what the server answers with.
///
///     JSONText { $0.member("status", "success"); $0.member("password_id", 7) }
package struct JSONText: Sendable, Hashable, CustomStringConvertible {
    /// The text in UTF-8.
    package private(set) var bytes: [UInt8] = []

    /// Writes one object.
    package init(_ write: (inout Object) -> Void) {
        bytes.reserveCapacity(96)
        Self.withObject(appendingTo: &bytes, write)
    }

    /// Writes one value.
    package init(_ value: JSONValue) { Self.append(value, to: &bytes) }

    /// The text.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// An object being written; the names must differ, which is not checked.
    package struct Object {
        fileprivate var bytes: [UInt8]
        fileprivate var isEmpty = true

        /// A text.
        package mutating func member(_ name: String, _ value: String) {
            start(name)
            JSONText.append(value, to: &bytes)
        }

        /// A whole number.
        package mutating func member(_ name: String, _ value: Int) {
            start(name)
            bytes.append(contentsOf: String(value).utf8)
        }

        /// A truth value.
        package mutating func member(_ name: String, _ value: Bool) {
            start(name)
            bytes.append(contentsOf: (value ? "true" : "false").utf8)
        }

        /// Any value.
        package mutating func member(_ name: String, _ value: JSONValue) {
            start(name)
            JSONText.append(value, to: &bytes)
        }

        /// An object inside this one.
        package mutating func object(_ name: String, _ write: (inout Object) -> Void) {
            start(name)
            JSONText.withObject(appendingTo: &bytes, write)
        }

        /// An array of texts.
        package mutating func array(_ name: String, _ texts: some Sequence<String>) {
            start(name)
            JSONText.appendArray(texts, to: &bytes) { JSONText.append($0, to: &$1) }
        }

        /// An array of objects, one for each element.
        package mutating func array<Element>(
            _ name: String, _ elements: some Sequence<Element>, _ write: (Element, inout Object) -> Void
        ) {
            start(name)
            JSONText.appendArray(elements, to: &bytes) { element, bytes in
                JSONText.withObject(appendingTo: &bytes) { write(element, &$0) }
            }
        }

        private mutating func start(_ name: String) {
            if !isEmpty { bytes.append(UInt8(ascii: ",")) }
            isEmpty = false
            JSONText.append(name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private static func withObject(appendingTo bytes: inout [UInt8], _ write: (inout Object) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        var object = Object(bytes: [])
        swap(&object.bytes, &bytes)
        write(&object)
        swap(&object.bytes, &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private static func appendArray<Element>(
        _ elements: some Sequence<Element>, to bytes: inout [UInt8], _ append: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(element, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value):  // JSON has no words for NaN and infinity
            bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
        case .string(let value): append(value, to: &bytes)
        case .array(let values): appendArray(values, to: &bytes) { append($0, to: &$1) }
        case .object(let members):
            withObject(appendingTo: &bytes) { object in
                for member in members { object.member(member.name, member.value) }
            }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// Quotes a text: `"`, `\` and control characters are escaped, everything else goes as it is.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
