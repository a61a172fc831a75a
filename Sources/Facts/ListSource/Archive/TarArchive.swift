/// A tar archive in one form: what ``write(_:)`` writes, and nothing else is read.
///
/// It is POSIX's ustar with regular files alone, whose names are no paths; everything else that a header can say is fixed. So
/// whatever is read writes the same bytes again, and there is nothing in an archive that two readers could understand in two ways.
/// `tar tf` reads it, too.
package enum TarArchive {
    /// A file in an archive.
    package struct Member: Sendable, Equatable {
        /// 1 to 99 characters of `a-z`, `0-9`, `_` and `.`, a letter first.
        package var name: String
        /// What it holds.
        package var bytes: ArraySlice<UInt8>
        /// When it was changed, in whole seconds since 1970; not negative.
        package var modified: Int64

        /// A file as its header tells of it.
        package init(name: String, bytes: ArraySlice<UInt8>, modified: Int64) {
            (self.name, self.bytes, self.modified) = (name, bytes, modified)
        }

        /// How many bytes of an archive it takes: its header, itself, and zeros up to a whole block.
        var size: Int { blockSize + TarArchive.padded(bytes.count) }
    }

    static let blockSize = 512
    /// What eleven octal digits hold.
    static let largest: Int64 = (1 << 33) - 1
    /// What stands behind the last member: two blocks of zeros.
    static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// Writes members in their order.
    package static func write(_ members: [Member]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(members.reduce(end.count) { $0 + $1.size })
        for member in members { append(member, to: &bytes) }
        return bytes + end
    }

    static func append(_ member: Member, to bytes: inout [UInt8]) {
        bytes += header(member.name, size: member.bytes.count, modified: member.modified)
        bytes += member.bytes
        bytes += repeatElement(0, count: padded(member.bytes.count) - member.bytes.count)
    }

    /// Reads a whole archive.
    ///
    /// - Parameters:
    ///   - count: The most members that there may be.
    ///   - bytes: Of which the members are slices.
    /// - Throws: ``ListSourceError`` `malformed`, with the block that is at fault.
    package static func read(_ bytes: ArraySlice<UInt8>, atMost count: Int) throws(ListSourceError) -> [Member] {
        var (rest, members) = (bytes, [Member]())
        while rest.count > end.count {
            guard members.count < count else { throw fault("more than \(count) files", at: rest, of: bytes) }
            members.append(try next(&rest, of: bytes))
        }
        guard rest.elementsEqual(end) else { throw fault("no end where it has to be", at: rest, of: bytes) }
        return members
    }

    /// Takes the first member off.
    ///
    /// - Parameter whole: What `rest` is the rest of, for messages.
    static func next(_ rest: inout ArraySlice<UInt8>, of whole: ArraySlice<UInt8>) throws(ListSourceError) -> Member {
        let header = rest.prefix(blockSize)
        guard header.count == blockSize, let name = name(header),
            let size = octal(header.dropFirst(124).prefix(12)), let modified = octal(header.dropFirst(136).prefix(12)),
            header.elementsEqual(Self.header(name, size: Int(size), modified: modified))
        else { throw fault("not a header as lists sign writes it", at: rest, of: whole) }
        let body = rest.dropFirst(blockSize)
        guard body.count >= padded(Int(size)) else { throw fault("\(name) is cut off", at: rest, of: whole) }
        let filling = body.prefix(padded(Int(size))).dropFirst(Int(size))
        guard filling.allSatisfy({ $0 == 0 }) else {
            throw fault("\(name) is not filled with zeros", at: rest, of: whole)
        }
        rest = body.dropFirst(padded(Int(size)))
        return Member(name: name, bytes: body.prefix(Int(size)), modified: modified)
    }

    /// Whether a member may be called so.
    static func isName(_ name: some Collection<UInt8>) -> Bool {
        guard (1...99).contains(name.count), let first = name.first, (0x61...0x7A).contains(first) else { return false }
        return name.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: ".")
        }
    }

    private static func name(_ header: ArraySlice<UInt8>) -> String? {
        let name = header.prefix(100).prefix { $0 != 0 }
        return isName(name) ? String(decoding: name, as: UTF8.self) : nil
    }

    /// The block in front of a file.
    private static func header(_ name: String, size: Int, modified: Int64) -> [UInt8] {
        var block: [UInt8] = []
        block.reserveCapacity(blockSize)
        func field(_ text: String, _ width: Int) {
            block += text.utf8
            block += repeatElement(0, count: width - text.utf8.count)
        }
        field(name, 100)
        field("0000644", 8)  // mode
        field("0000000", 8)  // owner
        field("0000000", 8)  // group
        field(digits(Int64(size), 11), 12)
        field(digits(modified, 11), 12)
        let checksum = block.count
        field("        ", 8)  // the checksum counts itself as blanks
        field("0", 1)  // a regular file
        field("", 100)  // which links to nothing
        field("ustar", 6)
        block += Array("00".utf8)
        field("", 32 + 32 + 8 + 8 + 155 + 12)  // no names of owner and group, no device, no prefix
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        block.replaceSubrange(checksum..<checksum + 8, with: Array(digits(sum, 6).utf8) + [0, UInt8(ascii: " ")])
        return block
    }

    /// Eleven octal digits and a zero byte.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        guard field.count == 12, field.last == 0 else { return nil }
        var value: Int64 = 0
        for byte in field.dropLast() {
            guard (0x30...0x37).contains(byte) else { return nil }
            value = value << 3 | Int64(byte - 0x30)
        }
        return value
    }

    private static func digits(_ value: Int64, _ width: Int) -> String {
        precondition((0...largest).contains(value), "what a header can hold")
        let text = String(value, radix: 8)
        return String(repeating: "0", count: width - text.count) + text
    }

    private static func padded(_ size: Int) -> Int { (size + blockSize - 1) / blockSize * blockSize }

    private static func fault(
        _ words: String, at rest: ArraySlice<UInt8>, of whole: ArraySlice<UInt8>
    ) -> ListSourceError {
        ListSourceError(.malformed, "byte \(rest.startIndex - whole.startIndex): \(words)")
    }
}
