/// CRC-32C (Castagnoli, RFC 3720 section 12.1).
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// Goes on from the checksum of what came before (0 at the start).
    static func checksum(_ bytes: ArraySlice<UInt8>, after previous: UInt32 = 0) -> UInt32 {
        var value = ~previous
        unsafe table.withUnsafeBufferPointer { table in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                for index in bytes.indices {
                    unsafe value = table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ value >> 8
                }
            }
        }
        return ~value
    }

    /// The checksum of a whole array.
    static func checksum(_ bytes: [UInt8]) -> UInt32 { checksum(bytes[...]) }
}
