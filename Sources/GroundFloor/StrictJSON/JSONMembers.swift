/// The members of an object, each found and none read: for objects of which most is not wanted.
///
/// Where texts end and brackets close is checked, and how deep they go; what stands between is not before it is read.
package struct JSONMembers: Sendable {
    /// The names, unescaped, with the bytes of the values, in the order in which they were written.
    package private(set) var members: [(name: String, value: ArraySlice<UInt8>)] = []

    private let bytes: [UInt8]
    private var position = 0
    private let maxDepth: Int

    /// Splits a text that is one object.
    ///
    /// - Returns: nil if it is anything else, is cut off, or has more than `maxDepth` arrays and objects inside one another.
    /// - Complexity: Linear; one look at each byte.
    package init?(_ bytes: [UInt8], maxDepth: Int = 32) {
        (self.bytes, self.maxDepth) = (bytes, maxDepth)
        members.reserveCapacity(48)
        guard scan() else { return nil }
    }

    private mutating func scan() -> Bool {
        skipBlanks()
        guard take(UInt8(ascii: "{")) else { return false }
        skipBlanks()
        if take(UInt8(ascii: "}")) { return isAtEnd }
        while true {
            skipBlanks()
            let start = position
            guard skipText() else { return false }
            guard let name = name(bytes[start..<position]) else { return false }
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { return false }
            skipBlanks()
            let valueStart = position
            guard skipValue(), position > valueStart else { return false }
            members.append((name, bytes[valueStart..<position]))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return isAtEnd }
            guard take(UInt8(ascii: ",")) else { return false }
        }
    }

    private var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return position == bytes.count
        }
    }

    /// A name; plain ones need no reader.
    private func name(_ quoted: ArraySlice<UInt8>) -> String? {
        if !quoted.contains(UInt8(ascii: "\\")) {
            return String(strict: quoted.dropFirst().dropLast())
        }
        return (try? JSONValue(parsingForeign: Array(quoted)))?.string
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Steps over a text; false if there is none or it has no end.
    private mutating func skipText() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return true
            case UInt8(ascii: "\\"): position += 2
            case 0..<0x20: return false
            default: position += 1
            }
        }
        return false
    }

    /// Steps over a value, to the comma or bracket behind it.
    private mutating func skipValue() -> Bool {
        var depth = 1  // the object around all
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): guard skipText() else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= maxDepth else { return false }
                position += 1
                continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The one that closes the object is not the value's.
                guard depth > 1 else { return true }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
                guard depth > 1 else { return true }
                position += 1
                continue
            default:
                position += 1
                continue
            }
            if depth == 1 { return true }
        }
        return false
    }
}
