/// What a server answered to one command, in the second version of Redis's protocol (RESP2).
package enum RedisReply: Sendable, Hashable {
    /// There is no such value.
    case null
    /// A word such as `OK`.
    case status([UInt8])
    /// A whole number.
    case integer(Int64)
    /// A value.
    case bytes([UInt8])
    /// Several replies in one.
    case array([RedisReply])
    /// The first word of an error, such as `WRONGTYPE`: the rest may quote what was sent, and is left out. `READONLY` also where
    /// that is what made a script fail.
    case error(String)

    /// The value, or the word; nil for anything else.
    package var content: [UInt8]? {
        switch self {
        case .bytes(let bytes), .status(let bytes): bytes
        case .null, .integer, .array, .error: nil
        }
    }

    /// The number, also where it is written as a text; nil for anything else.
    package var number: Int64? {
        if case .integer(let number) = self { return number }
        return content.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
    }

    /// What is in an array; nil for anything else.
    package var elements: [RedisReply]? { if case .array(let elements) = self { elements } else { nil } }
}

/// A command and its arguments.
package struct RedisCommand: Sendable, Hashable {
    /// Each as it is sent.
    package var words: [[UInt8]]

    /// A command whose words are texts.
    package init(_ words: String...) { self.words = words.map { Array($0.utf8) } }

    /// A command of texts and bytes.
    package init(words: [[UInt8]]) { self.words = words }

    /// How many bytes it is when it is sent, nearly.
    var size: Int { words.reduce(16) { $0 + $1.count + 16 } }
}
