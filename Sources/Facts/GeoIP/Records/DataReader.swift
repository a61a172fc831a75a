internal import Glibc

/// Reads values of an MMDB data section in place: without recursion, without copying, every access checked.
///
/// libmaxminddb 1.7.1 walks records by recursion as deep as the file says, and searches a map anew for each member; a
/// crafted file overflows its stack. Here a record costs at most ``largestRecord`` values, whatever the file holds.
/// Format: MaxMind DB 2.0, "Output Data Section".
@safe struct DataReader {
    /// How many values may be looked at in one record; real ones have less than 500.
    static let largestRecord = 8192
    /// The longest text taken, in bytes; longer ones count as missing.
    static let longestText = 1024

    private let bytes: UnsafeRawBufferPointer
    private let size: Int
    private var budget = Self.largestRecord

    /// - Parameter bytes: The data section; must outlive the reader.
    @unsafe init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
        size = bytes.count
    }

    /// The value at an offset; a pointer there is followed once.
    mutating func value(at offset: Int) throws(MalformedData) -> DataValue {
        let value = try header(at: offset)
        guard value.kind == .pointer else { return value }
        let target = try header(at: value.size)
        guard target.kind != .pointer else { throw MalformedData("a pointer to a pointer") }
        return target
    }

    /// The member of a map with a given name; nil if the value is no map or has no such member.
    mutating func member(_ name: StaticString, of map: DataValue) throws(MalformedData) -> DataValue? {
        guard map.kind == .map else { return nil }
        var offset = map.content
        for _ in 0..<map.size {
            let key = try value(at: offset)
            guard key.kind == .text else { throw MalformedData("a key that is no text") }
            offset = try end(of: offset)
            if isText(key, name) { return try value(at: offset) }
            offset = try end(of: offset)
        }
        return nil
    }

    /// Calls `body` for each member of a map or element of an array, until it returns false.
    mutating func forEach(
        in container: DataValue, _ body: (inout DataReader, DataValue) throws(MalformedData) -> Bool
    ) throws(MalformedData) {
        var offset = container.content
        for _ in 0..<container.count {
            if container.kind == .map {
                guard try value(at: offset).kind == .text else { throw MalformedData("a key that is no text") }
                offset = try end(of: offset)
            }
            let element = try value(at: offset)
            guard try body(&self, element) else { return }
            offset = try end(of: offset)
        }
    }

    /// The text, if the value is one of reasonable length in UTF-8.
    func text(_ value: DataValue) -> String? {
        guard value.kind == .text, (1...Self.longestText).contains(value.size) else { return nil }
        return unsafe String(
            validating: UnsafeRawBufferPointer(rebasing: bytes[value.content..<value.content + value.size]),
            as: UTF8.self)
    }

    /// The number, if the value is a whole one of any type, not negative, and of at most 64 bits.
    func unsigned(_ value: DataValue) -> UInt64? {
        switch value.kind {
        case .uint16 where value.size <= 2, .uint32 where value.size <= 4, .uint64 where value.size <= 8:
            number(value.size, at: value.content)
        case .int32: signed(value).flatMap(UInt64.init(exactly:))
        case .uint128 where value.size <= 16: small(value)
        case .double, .float: double(value).flatMap(UInt64.init(exactly:))
        default: nil
        }
    }

    /// The number, if the value is a finite one of any type.
    func double(_ value: DataValue) -> Double? {
        switch value.kind {
        case .double where value.size == 8: finite(Double(bitPattern: number(8, at: value.content)))
        case .float where value.size == 4:
            finite(Double(Float(bitPattern: UInt32(truncatingIfNeeded: number(4, at: value.content)))))
        case .int32: signed(value).map { Double($0) }
        case .uint16, .uint32, .uint64, .uint128: unsigned(value).map { Double($0) }
        default: nil
        }
    }

    private func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }

    /// An int32: with less than four bytes it is not negative.
    private func signed(_ value: DataValue) -> Int32? {
        guard value.size <= 4 else { return nil }
        return Int32(bitPattern: UInt32(truncatingIfNeeded: number(value.size, at: value.content)))
    }

    /// A uint128, if its upper half is zero.
    private func small(_ value: DataValue) -> UInt64? {
        let low = min(value.size, 8)
        guard number(value.size - low, at: value.content) == 0 else { return nil }
        return number(low, at: value.content + value.size - low)
    }

    /// Where the value at an offset ends, with everything in it; pointers are not followed.
    private mutating func end(of offset: Int) throws(MalformedData) -> Int {
        var offset = offset
        var pending = 1
        while pending > 0 {
            let value = try header(at: offset)
            pending += value.count * (value.kind == .map ? 2 : 1) - 1
            offset = value.end
        }
        return offset
    }

    /// Reads the control bytes at an offset.
    private mutating func header(at offset: Int) throws(MalformedData) -> DataValue {
        guard budget > 0 else { throw MalformedData("a record of more than \(Self.largestRecord) values") }
        budget -= 1
        let control = Int(try byte(at: offset))
        var next = offset + 1
        let low = control & 0x1F
        if control >> 5 == 1 {
            let width = low >> 3 + 1
            let high = width == 4 ? 0 : low & 7
            let base = [0, 2048, 526_336, 0][width - 1]
            guard next + width <= size else { throw MalformedData("a value beyond the end") }
            return DataValue(
                kind: .pointer, content: next + width, size: base + high << (8 * width) + Int(number(width, at: next)))
        }
        var code = control >> 5
        if code == 0 {
            code = 7 + Int(try byte(at: next))
            next += 1
        }
        guard let kind = DataValue.Kind(rawValue: code) else { throw MalformedData("a value of type \(code)") }
        var amount = low
        if low > 28 {
            let width = low - 28
            guard next + width <= size else { throw MalformedData("a value beyond the end") }
            amount = [29, 285, 65_821][width - 1] + Int(number(width, at: next))
            next += width
        }
        let value = DataValue(kind: kind, content: next, size: amount)
        guard value.end <= self.size else { throw MalformedData("a value beyond the end") }
        return value
    }

    private func byte(at offset: Int) throws(MalformedData) -> UInt8 {
        guard (0..<size).contains(offset) else { throw MalformedData("a value beyond the end") }
        return unsafe bytes[offset]
    }

    /// A big-endian number of `width` bytes, which must be there.
    private func number(_ width: Int, at offset: Int) -> UInt64 {
        var result: UInt64 = 0
        for index in offset..<offset + width { result = unsafe result << 8 | UInt64(bytes[index]) }
        return result
    }

    private func isText(_ value: DataValue, _ name: StaticString) -> Bool {
        guard value.size == name.utf8CodeUnitCount, let start = unsafe bytes.baseAddress else { return false }
        return unsafe memcmp(start + value.content, name.utf8Start, value.size) == 0
    }
}
