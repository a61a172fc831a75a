internal import Glibc

/// What a process writes down before it hands rows to the database, so that after its death only these are looked for.
///
/// Form: `LOGINHO1`, CRC-32C of the rest (4 bytes), length of the rest (4 bytes), then the fields as they stand here; all
/// integers little-endian.
package struct Handover: Equatable, Sendable {
    private static let magic = Array("LOGINHO1".utf8)
    private static let headSize = 16
    private static let bootSize = 36

    /// The kernel's boot: after another one what was not synced may be gone.
    package var boot: [UInt8]
    /// The last file, and how far it went.
    var sequence: UInt32
    var size: Int64
    /// Rows of this file and of earlier ones are all in doubt.
    var doubtfulThrough: UInt32
    /// Where the log ended before any of the rows was handed over.
    var position: Int64
    /// The uses that are in doubt.
    var numbers: [UInt64]

    /// Which boot this is, as proc(5) has it.
    static let thisBoot = boot(from: "/proc/sys/kernel/random/boot_id")

    /// What a file names the boot; where that cannot be read something that no other process has, so that none of their notes
    /// passes for one of this boot.
    package static func boot(from path: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: bootSize)
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, bootSize) }
        return count == bootSize ? bytes : bytes.map { _ in .random(in: 1...UInt8.max) }
    }

    /// The form in which it is kept.
    package var bytes: [UInt8] {
        var rest = boot
        rest.append(littleEndian: sequence)
        rest.append(littleEndian: size)
        rest.append(littleEndian: doubtfulThrough)
        rest.append(littleEndian: position)
        for number in numbers { rest.append(littleEndian: number) }
        var bytes = Self.magic
        bytes.append(littleEndian: CRC32C.checksum(rest))
        bytes.append(littleEndian: UInt32(rest.count))
        return bytes + rest
    }

    init(
        boot: [UInt8] = Self.thisBoot, sequence: UInt32, size: Int64, doubtfulThrough: UInt32, position: Int64,
        numbers: [UInt64]
    ) {
        (self.boot, self.sequence, self.size) = (boot, sequence, size)
        (self.doubtfulThrough, self.position, self.numbers) = (doubtfulThrough, position, numbers)
    }

    /// Reads what was written; nil if it is not whole. What stands behind it is of an earlier, longer one.
    package init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic) else { return nil }
        var head = PayloadReader(bytes.dropFirst(Self.magic.count))
        guard let checksum = head.integer(UInt32.self), let length = head.integer(UInt32.self),
            bytes.count >= Self.headSize + Int(length), length >= UInt32(Self.bootSize)
        else { return nil }
        let rest = bytes[Self.headSize..<(Self.headSize + Int(length))]
        guard CRC32C.checksum(rest) == checksum else { return nil }
        var reader = PayloadReader(rest.dropFirst(Self.bootSize))
        guard let sequence = reader.integer(UInt32.self), let size = reader.integer(Int64.self),
            let doubtfulThrough = reader.integer(UInt32.self), let position = reader.integer(Int64.self)
        else { return nil }
        var numbers: [UInt64] = []
        while let number = reader.integer(UInt64.self) { numbers.append(number) }
        guard reader.isAtEnd else { return nil }
        self.init(
            boot: Array(rest.prefix(Self.bootSize)), sequence: sequence, size: size, doubtfulThrough: doubtfulThrough,
            position: position, numbers: numbers)
    }
}
