package import AuditCore

/// Why what was remembered cannot be read.
package struct AlarmMemoryError: Error, CustomStringConvertible, Equatable {
    /// For people: `line 17 cannot be read`.
    package let description: String
}

extension AlarmMemory {
    /// More bytes than any memory is written with.
    package static let mostBytes = 256 << 20

    /// Reads what ``text`` wrote: all of it, or nothing.
    ///
    /// Of more than the bounds what was used longest ago is left out; times that lie ahead count as now.
    ///
    /// - Throws: ``AlarmMemoryError`` for anything that ``text`` does not write: another title, a line cut off, a sum that is
    ///   not that of the lines, a number, name or list out of bounds.
    /// - Complexity: Linear.
    package init(reading bytes: [UInt8], bounds: Bounds = Bounds(), now: Timestamp) throws(AlarmMemoryError) {
        self.init(bounds)
        guard bytes.count <= Self.mostBytes else { throw AlarmMemoryError("is longer than \(Self.mostBytes) bytes") }
        let head = Array("\(Self.title)\n".utf8)
        guard bytes.starts(with: head) else { throw AlarmMemoryError("does not begin as such a file does") }
        guard bytes.last == 0x0A,
            let end = bytes.dropLast().lastIndex(of: 0x0A), end + 1 >= head.count
        else { throw AlarmMemoryError("is cut off") }
        let body = bytes[head.count..<(end + 1)]
        var reader = MemoryReader(now: now)
        do throws(MemoryFault) {
            for line in body.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
                try reader.take(line, &self)
            }
            reader.finish(&self)
            var last = MemoryLine(bytes[(end + 1)...].dropLast())
            guard last.name == UInt8(ascii: "Z"), try last.number(in: 0...Int64.max) == Int64(reader.count),
                try last.digest() == MemoryWriter.sum(body), last.isAtEnd
            else { throw MemoryFault() }
        } catch {
            throw AlarmMemoryError("line \(reader.count + 2) cannot be read, or what was written is not all there")
        }
    }
}

extension AlarmMemoryError {
    fileprivate init(_ text: String) { description = text }
}

/// A line is not as it was written.
struct MemoryFault: Error {}

/// Puts lines together.
private struct MemoryReader {
    let now: Timestamp
    var count = 0
    private var id: Int64?
    private var history = PasswordHistory()

    init(now: Timestamp) { self.now = now }

    mutating func take(_ bytes: ArraySlice<UInt8>, _ memory: inout AlarmMemory) throws(MemoryFault) {
        var line = MemoryLine(bytes)
        switch line.name {
        case UInt8(ascii: "O"): try asNumber(&line, &memory)
        case UInt8(ascii: "U"): try user(&line, &memory)
        case UInt8(ascii: "N"): try news(&line, &memory)
        case UInt8(ascii: "P"):
            finish(&memory)
            id = try line.number(in: Int64.min...Int64.max)
            (history.first, history.saidMany) = (try line.time(now), try line.time(now))
            (history.saidRevoked, history.tries) = (try line.time(now), Int(try line.number(in: 0...1 << 40)))
        case UInt8(ascii: "C"):
            try check(history.countries.count < PasswordHistory.mostCountries)
            history.countries.append(try line.habit(try line.country(), now))
        case UInt8(ascii: "A"):
            try check(history.asNumbers.count < PasswordHistory.mostASNumbers)
            var habit = try line.habit(UInt32(try line.number(in: 0...Int64(UInt32.max))), now)
            habit.point = try line.point()
            history.asNumbers.append(habit)
        case UInt8(ascii: "V"):
            try check(history.visits.count < PasswordHistory.mostVisits)
            history.visits.append(try line.visit(now))
        case UInt8(ascii: "S"):
            try check(history.said.count < PasswordHistory.mostSaid)
            history.said.append(PasswordHistory.Said(pair: try line.digest(), time: try line.someTime(now)))
        case UInt8(ascii: "J"):
            try check(history.journey == nil)
            let (country, time) = (try line.country(), try line.someTime(now))
            history.journey = PasswordHistory.Habit(value: country, first: time, last: time)
        case UInt8(ascii: "B"):
            finish(&memory)
            guard memory.suspensions.count < AlarmRules.mostSuspensions else { throw MemoryFault() }
            memory.suspensions.append(try line.someTime(now))
        default: throw MemoryFault()
        }
        guard line.isAtEnd else { throw MemoryFault() }
        count += 1
    }

    /// Keeps the password that was read last.
    mutating func finish(_ memory: inout AlarmMemory) {
        guard let id else { return }
        let read = history
        memory.passwords.use(id, new: read) { $0 = read }
        (self.id, history) = (nil, PasswordHistory())
    }

    /// What belongs to a password stands below one.
    private func check(_ condition: Bool) throws(MemoryFault) {
        guard id != nil, condition else { throw MemoryFault() }
    }

    private func asNumber(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        guard id == nil else { throw MemoryFault() }
        let number = UInt32(try line.number(in: 0...Int64(UInt32.max)))
        var history = AlarmMemory.ASHistory(name: try line.text(most: 1000), users: [])
        while !line.isAtEnd {
            guard history.users.count < AlarmMemory.mostUsersOfAS else { throw MemoryFault() }
            history.users.append(try line.digest())
        }
        let read = history
        memory.asNumbers.use(number, new: read) { $0 = read }
    }

    /// What was said of a user, who stands above.
    private func news(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        let user = try line.digest()
        let news = AlarmMemory.UserHistory.Use(network: try line.digest(), time: try line.someTime(now))
        guard id == nil, let known = memory.users[user], known.news.count < AlarmMemory.mostNews else {
            throw MemoryFault()
        }
        memory.users.use(user, new: known) { $0.news.append(news) }
    }

    private func user(_ line: inout MemoryLine, _ memory: inout AlarmMemory) throws(MemoryFault) {
        guard id == nil else { throw MemoryFault() }
        let digest = try line.digest()
        var history = AlarmMemory.UserHistory(networks: [], saidMany: try line.time(now))
        while !line.isAtEnd {
            guard history.networks.count < AlarmRules.mostNetworks else { throw MemoryFault() }
            history.networks.append(
                AlarmMemory.UserHistory.Use(network: try line.digest(), time: try line.someTime(now)))
        }
        let read = history
        memory.users.use(digest, new: read) { $0 = read }
    }
}

/// A line, read from its start.
private struct MemoryLine {
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
