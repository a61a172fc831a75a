extension Timestamp {
    /// Reads a UTC `DATETIME` as MariaDB and SQLite write it: `2026-11-23 17:15:41.123`, with up to six decimals or
    /// none, `T` for the blank, a final `Z`; nil for anything else, `0000-00-00 00:00:00` too.
    public init?(sqlText text: some StringProtocol) {
        // In place where it lies in one piece: a row of a database is read for each app password of a login.
        let read = text.utf8.withContiguousStorageIfAvailable {
            unsafe Self.milliseconds(sqlText: $0.span)
        }
        guard let milliseconds = read ?? Self.milliseconds(sqlText: Array(text.utf8).span) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    private static func milliseconds(sqlText text: Span<UInt8>) -> Int64? {
        var rest = 0..<text.count
        if let last = rest.last, text[last] == UInt8(ascii: "Z") { rest.removeLast() }
        func next() -> UInt8? { rest.popFirst().map { text[$0] } }
        func number(_ digits: Int, before separator: Unicode.Scalar?) -> Int64? {
            guard rest.count >= digits else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                guard let byte = next(), (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            guard let separator else { return value }
            guard let byte = next() else { return nil }
            return byte == UInt8(ascii: separator) || (separator == " " && byte == UInt8(ascii: "T")) ? value : nil
        }
        guard let year = number(4, before: "-"), let month = number(2, before: "-"), (1...12).contains(month),
            let day = number(2, before: " "), (1...31).contains(day),
            let hour = number(2, before: ":"), hour < 24, let minute = number(2, before: ":"), minute < 60,
            let second = number(2, before: nil), second < 60
        else { return nil }
        var fraction: Int64 = 0
        if let point = next() {
            guard point == UInt8(ascii: "."), (1...6).contains(rest.count) else { return nil }
            var weight: Int64 = 100
            while let byte = next() {
                guard (0x30...0x39).contains(byte) else { return nil }
                fraction += Int64(byte - 0x30) * weight
                weight /= 10
            }
        }
        // Days since 1970, by the era method that ``description`` uses the other way round.
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (shiftedYear / 400, shiftedYear % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        return seconds * 1000 + fraction
    }

    /// Reads a time of RFC 3339, whatever its zone: `2026-11-23T18:15:41.123+01:00`.
    ///
    /// Without a zone it is UTC. The blank for the `T`, small letters, `+0100` and `+01` are taken as well, and digits
    /// beyond a millisecond are dropped.
    package init?(rfc3339 text: some StringProtocol) {
        var time = Array(text.utf8.map { byte in (0x61...0x7A).contains(byte) ? byte - 0x20 : byte })
        var offset: Int64 = 0
        // `2026-11-23T18:15:41`: a sign further to the left belongs to the date.
        if let sign = time.lastIndex(where: { "+-".utf8.contains($0) }), sign >= 19 {
            let zone = time[(sign + 1)...].filter { $0 != UInt8(ascii: ":") }
            guard [2, 4].contains(zone.count), zone.allSatisfy({ (0x30...0x39).contains($0) }),
                let digits = Int64(String(decoding: zone, as: UTF8.self))
            else { return nil }
            let (hours, minutes) = zone.count == 2 ? (digits, 0) : digits.quotientAndRemainder(dividingBy: 100)
            guard hours < 24, minutes < 60 else { return nil }
            offset = (hours * 60 + minutes) * (time[sign] == UInt8(ascii: "-") ? -60_000 : 60_000)
            time.removeSubrange(sign...)
        }
        if time.count > 26, time[19] == UInt8(ascii: ".") {
            let end = time.last == UInt8(ascii: "Z") && offset == 0 ? time.count - 1 : time.count
            guard time[20..<end].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            time.removeSubrange(23...)
        }
        guard let read = Self(sqlText: String(decoding: time, as: UTF8.self)) else { return nil }
        self.init(milliseconds: read.milliseconds - offset)
    }
}
