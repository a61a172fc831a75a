/// The form of a spool file: `LOGINSP1`, then records.
///
/// Record: `R\n`, the payload's length (2 bytes), CRC-32C of salt, length and payload (4 bytes), payload; all integers
/// little-endian. The salt is random and stands in the file's name; it keeps what a client chose, or an older file left
/// on the disk, from passing for a record where a reader looks for the next one after damage.
struct SegmentFormat: Sendable {
    static let magic = Array("LOGINSP1".utf8)
    static let frameSize = 8
    private static let mark: [UInt8] = [0x52, 0x0A]

    private let saltChecksum: UInt32

    init(salt: UInt64) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: salt)
        saltChecksum = CRC32C.checksum(bytes)
    }

    /// Puts a framed record in the place of the buffer's bytes.
    func frame(_ record: SpoolRecord, into buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: Self.mark)
        buffer.append(contentsOf: [0, 0, 0, 0, 0, 0])
        record.encode(into: &buffer)
        let length = UInt16(buffer.count - Self.frameSize)
        buffer[2] = UInt8(truncatingIfNeeded: length)
        buffer[3] = UInt8(length >> 8)
        let checksum = checksum(of: buffer[...])
        for index in 0..<4 { buffer[4 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
    }

    /// Reads the record that starts at `offset`.
    ///
    /// - Returns: The record and its whole length; nil if there is no undamaged one.
    func record(in bytes: ArraySlice<UInt8>, at offset: Int) -> (record: SpoolRecord, size: Int)? {
        let rest = bytes[offset...]
        guard rest.count > Self.frameSize, rest.starts(with: Self.mark) else { return nil }
        let length = Int(rest[offset + 2]) | Int(rest[offset + 3]) << 8
        guard (1...SpoolRecord.maxPayload).contains(length), rest.count >= Self.frameSize + length else { return nil }
        let framed = rest.prefix(Self.frameSize + length)
        let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(framed[offset + 4 + $1]) << (8 * UInt32($1)) }
        guard checksum(of: framed) == stored, let record = SpoolRecord(payload: framed.dropFirst(Self.frameSize)) else {
            return nil
        }
        return (record, framed.count)
    }

    private func checksum(of framed: ArraySlice<UInt8>) -> UInt32 {
        let length = CRC32C.checksum(framed.dropFirst(2).prefix(2), after: saltChecksum)
        return CRC32C.checksum(framed.dropFirst(Self.frameSize), after: length)
    }

    /// Goes through a whole file: calls `each` with every undamaged record and its place, skipping what is damaged.
    ///
    /// - Returns: How many stretches were skipped, and where the last whole record ends.
    func scan(_ bytes: [UInt8], each: (SpoolRecord, Int, Int) -> Void) -> (damaged: Int, end: Int) {
        let isMagicDamaged = !bytes.starts(with: Self.magic)
        var offset = min(Self.magic.count, bytes.count)
        var end = offset
        var damaged = isMagicDamaged ? 1 : 0
        var isDamaged = false
        while offset < bytes.count {
            if let (record, size) = record(in: bytes[...], at: offset) {
                each(record, offset, size)
                offset += size
                end = offset
                isDamaged = false
            } else {
                if !isDamaged { damaged += 1 }
                isDamaged = true
                offset += 1
            }
        }
        return (damaged, end)
    }
}
