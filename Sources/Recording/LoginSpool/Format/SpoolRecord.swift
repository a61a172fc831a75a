internal import AppPasswordCore
internal import AuditCore

/// What a spool file is a sequence of.
enum SpoolRecord: Equatable {
    /// A use of an app password, and what the coalescer decided on it.
    case use(Use)
    /// What became known of a use later.
    case facts(number: UInt64, name: String?, location: String?, isp: String?)
    /// These uses are in the database.
    case written([UInt64])

    struct Use: Equatable {
        /// Rises with each use, across files and restarts; a use that is entered again keeps its number.
        var number: UInt64
        /// The row, texts cut at ``SpoolRecord/maxText`` bytes.
        var row: LoginLogRow
        /// The start of its bucket.
        var bucketStart: Timestamp
        /// Whether it is to wait for its bucket to end.
        var isFollower: Bool
        /// The use that is never to be written because of this one; 0 if there is none.
        var replaces: UInt64
        /// Whether it was entered before and is only moved to the end, facts joined.
        var isMoved = false
        /// Whether it may be in the database already.
        var isInDoubt = false
    }

    /// Bytes of a text; the service's own limit is 255. PTR names end at 255, the rest is far shorter.
    static let maxText = 2048
    /// No payload is longer.
    static let maxPayload = 1 << 14

    /// Appends the payload: little-endian integers, texts with a 16-bit length, 0xFFFF for nil.
    func encode(into bytes: inout [UInt8]) {
        switch self {
        case .use(let use):
            bytes.append(1)
            bytes.append(littleEndian: use.number)
            bytes.append((use.isFollower ? 1 : 0) | (use.isMoved ? 2 : 0) | (use.isInDoubt ? 4 : 0))
            bytes.append(littleEndian: use.replaces)
            bytes.append(littleEndian: use.bucketStart.milliseconds)
            bytes.append(littleEndian: use.row.time.milliseconds)
            bytes.append(littleEndian: use.row.passwordID)
            bytes.append(text: use.row.service)
            bytes.append(text: use.row.sourceAddress)
            bytes.append(text: use.row.sourceName)
            bytes.append(text: use.row.sourceLocation)
            bytes.append(text: use.row.sourceISP)
            // Missing in files of older versions, which knew no refusals.
            if let refusal = use.row.refusal { bytes.append(text: refusal) }
        case .facts(let number, let name, let location, let isp):
            bytes.append(2)
            bytes.append(littleEndian: number)
            bytes.append(text: name)
            bytes.append(text: location)
            bytes.append(text: isp)
        case .written(let numbers):
            bytes.append(3)
            for number in numbers { bytes.append(littleEndian: number) }
        }
    }

    /// Reads a payload; nil if it is not one.
    init?(payload: ArraySlice<UInt8>) {
        var reader = PayloadReader(payload)
        switch reader.integer(UInt8.self) {
        case 1:
            guard let number = reader.integer(UInt64.self), let flags = reader.integer(UInt8.self),
                let replaces = reader.integer(UInt64.self), let start = reader.integer(Int64.self),
                let time = reader.integer(Int64.self), let password = reader.integer(Int64.self),
                case .some(.some(let service)) = reader.text(), let address = reader.text(), let name = reader.text(),
                let location = reader.text(), let isp = reader.text()
            else { return nil }
            var refusal: String?
            if !reader.isAtEnd {
                guard case .some(.some(let text)) = reader.text(), reader.isAtEnd else { return nil }
                refusal = text
            }
            let row = LoginLogRow(
                passwordID: password, service: service, sourceAddress: address, sourceName: name,
                sourceLocation: location, sourceISP: isp, time: Timestamp(milliseconds: time),
                refusal: refusal)
            self = .use(
                Use(
                    number: number, row: row, bucketStart: Timestamp(milliseconds: start), isFollower: flags & 1 == 1,
                    replaces: replaces, isMoved: flags & 2 == 2, isInDoubt: flags & 4 == 4))
        case 2:
            guard let number = reader.integer(UInt64.self), let name = reader.text(), let location = reader.text(),
                let isp = reader.text(), reader.isAtEnd
            else { return nil }
            self = .facts(number: number, name: name, location: location, isp: isp)
        case 3:
            var numbers: [UInt64] = []
            while let number = reader.integer(UInt64.self) { numbers.append(number) }
            guard reader.isAtEnd else { return nil }
            self = .written(numbers)
        default:
            return nil
        }
    }
}

extension LoginLogRow {
    /// The row with every text cut to what a record takes.
    var spooled: LoginLogRow {
        var row = stored
        row.sourceAddress = row.sourceAddress?.prefix(utf8Count: SpoolRecord.maxText)
        row.sourceName = row.sourceName?.prefix(utf8Count: SpoolRecord.maxText)
        row.sourceLocation = row.sourceLocation?.prefix(utf8Count: SpoolRecord.maxText)
        row.sourceISP = row.sourceISP?.prefix(utf8Count: SpoolRecord.maxText)
        return row
    }
}

extension [UInt8] {
    mutating func append(littleEndian number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: type(of: number).bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    fileprivate mutating func append(text: String?) {
        guard let text = text?.prefix(utf8Count: SpoolRecord.maxText) else { return append(littleEndian: UInt16.max) }
        append(littleEndian: UInt16(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}

/// Takes integers and texts off the front of bytes; nil once there are too few.
struct PayloadReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// Leaves bytes out; false if there are too few.
    mutating func skip(_ count: Int) -> Bool {
        guard rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    mutating func integer<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
        let width = Number.bitWidth / 8
        guard rest.count >= width else { return nil }
        var number: UInt64 = 0
        for (position, byte) in rest.prefix(width).enumerated() { number |= UInt64(byte) << (8 * position) }
        rest = rest.dropFirst(width)
        return Number(truncatingIfNeeded: number)
    }

    /// A text (or nil as `.some(nil)`); nil if there is none.
    mutating func text() -> String?? {
        guard let length = integer(UInt16.self) else { return nil }
        if length == .max { return .some(nil) }
        guard rest.count >= Int(length) else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return String(decoding: rest.prefix(Int(length)), as: UTF8.self)
    }
}
