import AuditCore

/// A line is not as it was written.
struct MemoryFault: Error {}

/// What stands around lines: a title above them, and below how many they are and what they sum up to.
enum MemoryFrame {
    /// The lines of what ``MemoryWriter/finish(title:)`` gave.
    ///
    /// - Throws: ``AlarmMemoryError`` for another title, a line cut off, a sum that is not that of the lines.
    static func lines(of bytes: [UInt8], title: String) throws(AlarmMemoryError) -> [ArraySlice<UInt8>] {
        guard bytes.count <= AlarmMemory.mostBytes else {
            throw AlarmMemoryError("is longer than \(AlarmMemory.mostBytes) bytes")
        }
        let head = Array("\(title)\n".utf8)
        guard bytes.starts(with: head) else { throw AlarmMemoryError("does not begin as such a file does") }
        guard bytes.last == 0x0A, let end = bytes.dropLast().lastIndex(of: 0x0A), end + 1 >= head.count else {
            throw AlarmMemoryError("is cut off")
        }
        let body = bytes[head.count..<(end + 1)]
        let lines = Array(body.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast())
        do throws(MemoryFault) {
            var last = MemoryLine(bytes[(end + 1)...].dropLast())
            guard last.name == UInt8(ascii: "Z"), try last.number(in: 0...Int64.max) == Int64(lines.count),
                try last.digest() == MemoryWriter.sum(body), last.isAtEnd
            else { throw MemoryFault() }
        } catch {
            throw AlarmMemoryError("is not what was written, or not all of it")
        }
        return lines
    }
}

/// A line, read from its start.
struct MemoryLine {
    let name: UInt8?
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { (name, rest) = (bytes.first, bytes.dropFirst()) }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func field() throws(MemoryFault) -> ArraySlice<UInt8> {
        guard rest.first == 0x20 else { throw MemoryFault() }
        rest = rest.dropFirst()
        let end = rest.firstIndex(of: 0x20) ?? rest.endIndex
        defer { rest = rest[end...] }
        guard end > rest.startIndex else { throw MemoryFault() }
        return rest[..<end]
    }

    mutating func number(in range: ClosedRange<Int64>) throws(MemoryFault) -> Int64 {
        let field = try field()
        guard field.count <= 20, field.first != UInt8(ascii: "+"),
            let number = Int64(String(decoding: field, as: UTF8.self)), range.contains(number)
        else { throw MemoryFault() }
        return number
    }

    mutating func digest() throws(MemoryFault) -> UInt64 {
        let field = try field()
        guard field.count <= 16, field.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let number = UInt64(String(decoding: field, as: UTF8.self), radix: 16)
        else { throw MemoryFault() }
        return number
    }

    /// A time; one that lies ahead is now, as of a clock that was.
    mutating func time(_ now: Timestamp) throws(MemoryFault) -> Timestamp? {
        guard rest.dropFirst().first != UInt8(ascii: "-") else {
            _ = try none()
            return nil
        }
        // Until the year 9999.
        return min(now, Timestamp(milliseconds: try number(in: 0...253_402_300_799_999)))
    }

    mutating func someTime(_ now: Timestamp) throws(MemoryFault) -> Timestamp {
        guard let time = try time(now) else { throw MemoryFault() }
        return time
    }

    private mutating func none() throws(MemoryFault) -> Bool {
        guard try field().elementsEqual([UInt8(ascii: "-")]) else { throw MemoryFault() }
        return true
    }

    mutating func text(most: Int) throws(MemoryFault) -> String? {
        let field = try field()
        guard field.count <= 3 * most else { throw MemoryFault() }
        if field.elementsEqual([UInt8(ascii: "-")]) { return nil }
        if field.elementsEqual([UInt8(ascii: "%")]) { return "" }
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else { throw MemoryFault() }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: throw MemoryFault()
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw MemoryFault() }
        return text
    }

    mutating func country() throws(MemoryFault) -> String {
        guard let country = try text(most: 2), country.utf8.count == 2 else { throw MemoryFault() }
        return country
    }

    mutating func habit<Value>(
        _ value: Value, _ now: Timestamp
    ) throws(MemoryFault) -> PasswordHistory.Habit<Value> {
        PasswordHistory.Habit(value: value, first: try someTime(now), last: try someTime(now))
    }

    mutating func visit(_ now: Timestamp) throws(MemoryFault) -> PasswordHistory.Visit {
        guard let network = try text(most: 50).flatMap({ IPPrefix($0) }),
            let address = try text(most: 50).flatMap({ IPAddress($0) })
        else { throw MemoryFault() }
        var visit = PasswordHistory.Visit(network: network, address: address, time: try someTime(now))
        visit.country = try text(most: 2)
        visit.asNumber = try optional(in: 0...Int64(UInt32.max)).map { UInt32($0) }
        visit.name = try text(most: 1000)
        visit.point = try point()
        return visit
    }

    /// A point, or none.
    mutating func point() throws(MemoryFault) -> ObservedLogin.Point? {
        let (latitude, longitude) = (try optional(in: -900_000...900_000), try optional(in: -1_800_000...1_800_000))
        let radius = try optional(in: 0...30_000)
        guard let latitude, let longitude, let radius else { return nil }
        return ObservedLogin.Point(
            latitude: Double(latitude) / 10_000, longitude: Double(longitude) / 10_000, radius: Double(radius))
    }

    /// A number, or `-`.
    private mutating func optional(in range: ClosedRange<Int64>) throws(MemoryFault) -> Int64? {
        let rest = rest.dropFirst()
        let isNone = rest.first == UInt8(ascii: "-") && (rest.count == 1 || rest.dropFirst().first == 0x20)
        if isNone {
            _ = try none()
            return nil
        }
        return try number(in: range)
    }
}
