/// One value of a data section: its type, where its content begins, and how much there is of it.
struct DataValue {
    /// Types, numbered as in the file.
    enum Kind: Int {
        case pointer = 1
        case text = 2
        case double = 3
        case bytes = 4
        case uint16 = 5
        case uint32 = 6
        case map = 7
        case int32 = 8
        case uint64 = 9
        case uint128 = 10
        case array = 11
        case boolean = 14
        case float = 15
    }

    var kind: Kind
    /// Offset of what follows the control bytes.
    var content: Int
    /// Bytes of a scalar; members of a map; elements of an array; the value of a boolean; the target of a pointer.
    var size: Int

    /// How many members or elements there are; none for scalars.
    var count: Int { kind == .map || kind == .array ? size : 0 }

    /// Offset behind the content of a scalar; of the first member of a container.
    var end: Int {
        switch kind {
        case .pointer, .map, .array, .boolean: content
        case .text, .double, .bytes, .uint16, .uint32, .int32, .uint64, .uint128, .float: content + size
        }
    }
}

/// A data section does not keep to the format.
struct MalformedData: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
