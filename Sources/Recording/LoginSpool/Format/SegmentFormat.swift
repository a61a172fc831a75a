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

    /// Appends a framed record.
    ///
    /// - Returns: Its whole length.
    @discardableResult
    func frame(_ record: SpoolRecord, into buffer: inout [UInt8]) -> Int {
        let start = buffer.count
        buffer.append(contentsOf: Self.mark)
        buffer.append(contentsOf: [0, 0, 0, 0, 0, 0])
        record.encode(into: &buffer)
        let length = UInt16(buffer.count - start - Self.frameSize)
        buffer[start + 2] = UInt8(truncatingIfNeeded: length)
        buffer[start + 3] = UInt8(length >> 8)
        let checksum = checksum(of: buffer[start...])
        for index in 0..<4 { buffer[start + 4 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
        return buffer.count - start
    }

    /// Reads the record that starts at `offset`.
    ///
    /// - Returns: nil if there is no undamaged one.
    func record(in bytes: ArraySlice<UInt8>, at offset: Int) -> SpoolRecord? {
        payload(in: bytes, at: offset).flatMap { SpoolRecord(payload: $0) }
    }

    /// The payload of the record that starts at `offset`; nil if there is no undamaged one.
    private func payload(in bytes: ArraySlice<UInt8>, at offset: Int) -> ArraySlice<UInt8>? {
        guard bytes.endIndex - offset > Self.frameSize, bytes[offset] == Self.mark[0],
            bytes[offset + 1] == Self.mark[1]
        else { return nil }
        let length = Int(bytes[offset + 2]) | Int(bytes[offset + 3]) << 8
        guard (1...SpoolRecord.maxPayload).contains(length), bytes.endIndex - offset >= Self.frameSize + length else {
            return nil
        }
        let framed = bytes[offset..<(offset + Self.frameSize + length)]
        var stored: UInt32 = 0
        for index in 0..<4 { stored |= UInt32(framed[offset + 4 + index]) << (8 * UInt32(index)) }
        return checksum(of: framed) == stored ? framed.dropFirst(Self.frameSize) : nil
    }

    private func checksum(of framed: ArraySlice<UInt8>) -> UInt32 {
        let length = CRC32C.checksum(framed.dropFirst(2).prefix(2), after: saltChecksum)
        return CRC32C.checksum(framed.dropFirst(Self.frameSize), after: length)
    }

    /// Goes through a whole file: calls `each` with the payload of every undamaged record and its place, skipping what is
    /// damaged; also a payload that `each` cannot make anything of.
    ///
    /// - Returns: How many stretches were skipped, and where the last whole record ends.
    func scan(_ bytes: [UInt8], each: (ArraySlice<UInt8>, Int, Int) -> Bool) -> (damaged: Int, end: Int) {
        let isMagicDamaged = !bytes.starts(with: Self.magic)
        var offset = min(Self.magic.count, bytes.count)
        var end = offset
        var damaged = isMagicDamaged ? 1 : 0
        var isDamaged = false
        let all = bytes[...]
        while offset < bytes.count {
            let payload = payload(in: all, at: offset)
            if let payload, each(payload, offset, payload.count + Self.frameSize) {
                offset += payload.count + Self.frameSize
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
