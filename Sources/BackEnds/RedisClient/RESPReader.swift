/// Reads replies out of bytes that come piece by piece (redis.io, "Redis serialization protocol specification", RESP2).
///
/// A value without clock or socket. What a server may say is bounded in every direction; whatever goes beyond is no reply,
/// and nothing is set aside for what is merely promised.
struct RESPReader {
    /// What is not the protocol, or more than may be said.
    struct Malformed: Error, Hashable {
        /// In words, without anything that was read.
        var reason: String
    }

    /// Bytes of a value.
    static let longestValue = (64 << 10) + 1
    /// Bytes of a line: a word, a number, or an error.
    static let longestLine = 4096
    /// Replies that one reply may consist of.
    static let mostElements = 4096
    /// Bytes of all values and lines that one reply consists of: what our commands are answered with is one value, or
    /// an array of a few numbers and names.
    static let longestReply = 4 * longestValue
    /// How deep arrays may lie in arrays.
    static let deepest = 4

    private struct Array {
        var missing: Int
        var elements: [RedisReply] = []
    }

    private var buffer: [UInt8] = []
    private var start = 0
    /// How much of what is there has been looked through for a line's end.
    private var scanned = 0
    /// What is being read is a value of so many bytes.
    private var length: Int?
    private var open: [Array] = []
    /// What the reply that is being read consists of so far.
    private var (elements, bytes) = (0, 0)

    /// Whether a reply has begun that has not ended.
    var isWithin: Bool { !open.isEmpty || length != nil || start < buffer.count }

    /// Takes in what has come.
    mutating func feed(_ bytes: some Collection<UInt8>) {
        if start > 0, start == buffer.count || start > 1 << 16 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole reply; nil if it has not all come yet.
    mutating func next() throws(Malformed) -> RedisReply? {
        while true {
            let reply: RedisReply
            if let length {
                guard buffer.count - start >= length + 2 else { return nil }
                let end = start + length
                guard buffer[end] == Self.return, buffer[end + 1] == Self.newline else {
                    throw Malformed(reason: "a value does not end where it should")
                }
                reply = .bytes([UInt8](buffer[start..<end]))
                start = end + 2
                self.length = nil
            } else {
                guard let line = try nextLine() else { return nil }
                guard let read = try read(line) else { continue }
                reply = read
            }
            if let whole = put(reply) {
                (elements, bytes) = (0, 0)
                return whole
            }
        }
    }

    /// Puts a reply into the array that it belongs to; a reply of its own, or an array that it was the last of, is returned.
    private mutating func put(_ reply: RedisReply) -> RedisReply? {
        var reply = reply
        while var array = open.popLast() {
            array.elements.append(reply)
            array.missing -= 1
            guard array.missing == 0 else {
                open.append(array)
                return nil
            }
            reply = .array(array.elements)
        }
        return reply
    }

    /// What a line says; nil if more follows it.
    private mutating func read(_ line: ArraySlice<UInt8>) throws(Malformed) -> RedisReply? {
        elements += 1
        guard elements <= Self.mostElements else { throw Malformed(reason: "a reply of too many parts") }
        try count(line.count)
        let rest = line.dropFirst()
        switch line.first {
        case UInt8(ascii: "+"): return .status([UInt8](rest))
        case UInt8(ascii: "-"): return .error(Self.word(of: rest))
        case UInt8(ascii: ":"): return .integer(try number(rest))
        case UInt8(ascii: "$"):
            let length = try number(rest)
            if length == -1 { return .null }
            guard (0...Int64(Self.longestValue)).contains(length) else {
                throw Malformed(reason: "a value is too long")
            }
            self.length = Int(length)
            try count(Int(length))
            return nil
        case UInt8(ascii: "*"):
            let count = try number(rest)
            if count == -1 { return .null }
            if count == 0 { return .array([]) }
            guard (1...Int64(Self.mostElements)).contains(count) else {
                throw Malformed(reason: "a reply of too many parts")
            }
            guard open.count < Self.deepest else { throw Malformed(reason: "arrays lie too deep") }
            open.append(Array(missing: Int(count)))
            return nil
        default: throw Malformed(reason: "not the protocol")
        }
    }

    /// The first word of an error; of a script that failed since the server takes no changes, that (before Redis 7, and KeyDB:
    /// `ERR Error running script …: -READONLY …`).
    private static func word(of error: ArraySlice<UInt8>) -> String {
        let word = String(decoding: error.prefix { (0x41...0x5A).contains($0) }.prefix(32), as: UTF8.self)
        let isReadOnly = word == "ERR" && String(decoding: error, as: UTF8.self).contains(" -READONLY ")
        return isReadOnly ? "READONLY" : word
    }

    private mutating func count(_ more: Int) throws(Malformed) {
        bytes += more
        guard bytes <= Self.longestReply else { throw Malformed(reason: "a reply is too long") }
    }

    private mutating func nextLine() throws(Malformed) -> ArraySlice<UInt8>? {
        var index = start + scanned
        while index + 1 < buffer.count, index - start <= Self.longestLine {
            if buffer[index] == Self.return, buffer[index + 1] == Self.newline {
                let line = buffer[start..<index]
                start = index + 2
                scanned = 0
                return line
            }
            index += 1
        }
        guard index - start <= Self.longestLine else { throw Malformed(reason: "a line is too long") }
        scanned = index - start
        return nil
    }

    private func number(_ text: ArraySlice<UInt8>) throws(Malformed) -> Int64 {
        guard (1...20).contains(text.count), let number = Int64(String(decoding: text, as: UTF8.self)) else {
            throw Malformed(reason: "a number is none")
        }
        return number
    }

    private static let `return` = UInt8(ascii: "\r")
    private static let newline = UInt8(ascii: "\n")
}
