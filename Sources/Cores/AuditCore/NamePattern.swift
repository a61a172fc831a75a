/// Names of accounts, as `honey-*`: `*` stands for any number of characters, `?` for one; all else for itself, byte for byte.
package struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    /// As written.
    package let description: String
    private let bytes: [UInt8]

    /// Makes a pattern of its text.
    package init(_ text: String) { (description, bytes) = (text, Array(text.utf8)) }

    /// Whether the pattern is the whole name.
    ///
    /// - Complexity: The product of both lengths at worst; linear for one `*`.
    package func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { name in
            var (position, index) = (0, 0)
            var star: (index: Int, position: Int)?
            while position < name.count {
                if index < bytes.count, bytes[index] == UInt8(ascii: "*") {
                    star = (index, position)
                    index += 1
                } else if index < bytes.count, bytes[index] == UInt8(ascii: "?") {
                    // One character, of however many bytes.
                    position += 1
                    while position < name.count, name[position] & 0xC0 == 0x80 { position += 1 }
                    index += 1
                } else if index < bytes.count, bytes[index] == name[position] {
                    (position, index) = (position + 1, index + 1)
                } else if let last = star {
                    star = (last.index, last.position + 1)
                    (index, position) = (last.index + 1, last.position + 1)
                } else {
                    return false
                }
            }
            return bytes[index...].allSatisfy { $0 == UInt8(ascii: "*") }
        }
    }
}
