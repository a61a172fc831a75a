/// A value of a data section, and how it is written there (MaxMind DB 2.0, "Output Data Section").
enum MMDBValue {
    case text(String)
    case double(Double)
    case float(Float)
    case uint16(UInt16)
    case uint32(UInt32)
    case uint64(UInt64)
    case uint128(UInt128)
    case int32(Int32)
    case array([MMDBValue])
    case map(KeyValuePairs<String, MMDBValue>)

    /// Its bytes.
    var bytes: [UInt8] {
        switch self {
        case .text(let text): Self.control(2, text.utf8.count) + Array(text.utf8)
        case .double(let number): Self.control(3, 8) + Self.bigEndian(number.bitPattern)
        case .float(let number): Self.control(15, 4) + Self.bigEndian(number.bitPattern)
        case .uint16(let number): Self.control(5, 2) + Self.bigEndian(number)
        case .uint32(let number): Self.control(6, 4) + Self.bigEndian(number)
        case .uint64(let number): Self.control(9, 8) + Self.bigEndian(number)
        case .uint128(let number): Self.control(10, 16) + Self.bigEndian(number)
        case .int32(let number): Self.control(8, 4) + Self.bigEndian(number)
        case .array(let elements): Self.control(11, elements.count) + elements.flatMap(\.bytes)
        case .map(let members):
            Self.control(7, members.count) + members.flatMap { MMDBValue.text($0.key).bytes + $0.value.bytes }
        }
    }

    private static func control(_ type: Int, _ size: Int) -> [UInt8] {
        let low = size < 29 ? size : 29
        let more = size < 29 ? [] : [UInt8(size - 29)]
        return type > 7 ? [UInt8(low), UInt8(type - 7)] + more : [UInt8(type << 5 | low)] + more
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
