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
