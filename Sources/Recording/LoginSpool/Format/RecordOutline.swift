internal import AuditCore

/// What must be known of a record to find out which uses wait, without its texts.
enum RecordOutline {
    case use(Use)
    case facts(number: UInt64)
    case written([UInt64])

    struct Use {
        var number: UInt64
        var replaces: UInt64
        var bucketStart: Timestamp
        var isMoved: Bool
        var isInDoubt: Bool
    }

    /// The password of a use, and when that was; nil of a login that was refused, and of what is no use.
    static func letIn(_ payload: ArraySlice<UInt8>) -> (password: Int64, time: Timestamp)? {
        var reader = PayloadReader(payload)
        guard reader.integer(UInt8.self) == 1, reader.skip(8 + 1 + 8 + 8), let time = reader.integer(Int64.self),
            let password = reader.integer(Int64.self)
        else { return nil }
        for _ in 0..<5 {
            guard let length = reader.integer(UInt16.self), length == .max || reader.skip(Int(length)) else {
                return nil
            }
        }
        return reader.isAtEnd ? (password, Timestamp(milliseconds: time)) : nil
    }

    /// Reads the beginning of a payload; nil if it is none.
    init?(payload: ArraySlice<UInt8>) {
        var reader = PayloadReader(payload)
        switch reader.integer(UInt8.self) {
        case 1:
            guard let number = reader.integer(UInt64.self), let flags = reader.integer(UInt8.self),
                let replaces = reader.integer(UInt64.self), let start = reader.integer(Int64.self)
            else { return nil }
            self = .use(
                Use(
                    number: number, replaces: replaces, bucketStart: Timestamp(milliseconds: start),
                    isMoved: flags & 2 == 2, isInDoubt: flags & 4 == 4))
        case 2:
            guard let number = reader.integer(UInt64.self) else { return nil }
            self = .facts(number: number)
        case 3:
            guard case .written(let numbers)? = SpoolRecord(payload: payload) else { return nil }
            self = .written(numbers)
        default:
            return nil
        }
    }
}
