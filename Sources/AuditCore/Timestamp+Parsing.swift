extension Timestamp {
    /// Reads what ``sqlText`` and ``description`` write: `2026-11-23 17:15:41`, with up to nine digits of a second (those
    /// after the third are dropped), `T` for the blank, and `Z` at the end, or without them.
    ///
    /// - Returns: nil for anything else, also for `0000-00-00 00:00:00` and days that no month has.
    public init?(sqlText text: String) {
        var bytes = Array(text.utf8)[...]
        if bytes.last == UInt8(ascii: "Z") { bytes.removeLast() }
        let shape = Array("dddd-dd-dd dd:dd:dd".utf8)
        guard bytes.count >= shape.count else { return nil }
        var fields: [Int64] = [0]
        for (byte, expected) in zip(bytes, shape) {
            switch (expected, byte) {
            case (UInt8(ascii: "d"), UInt8(ascii: "0")...UInt8(ascii: "9")):
                fields[fields.count - 1] = fields[fields.count - 1] * 10 + Int64(byte - UInt8(ascii: "0"))
            case (UInt8(ascii: " "), UInt8(ascii: "T")), (UInt8(ascii: "-"), expected), (UInt8(ascii: ":"), expected),
                (UInt8(ascii: " "), expected):
                fields.append(0)
            default:
                return nil
            }
        }
        var fraction = bytes.dropFirst(shape.count)
        var milliseconds: Int64 = 0
        if let point = fraction.popFirst() {
            guard point == UInt8(ascii: "."), (1...9).contains(fraction.count) else { return nil }
            for (position, byte) in fraction.enumerated() {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                if position < 3 { milliseconds += Int64(byte - UInt8(ascii: "0")) * [100, 10, 1][position] }
            }
        }
        guard (1...12).contains(fields[1]), (1...31).contains(fields[2]), fields[3] < 24, fields[4] < 60, fields[5] < 60
        else { return nil }
        // Days since 1970 by the era method of the proleptic Gregorian calendar.
        let year = fields[1] <= 2 ? fields[0] - 1 : fields[0]
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (fields[1] + (fields[1] > 2 ? -3 : 9)) + 2) / 5 + fields[2] - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = days * 86_400 + fields[3] * 3600 + fields[4] * 60 + fields[5]
        self.init(milliseconds: seconds * 1000 + milliseconds)
        guard sqlText.utf8.prefix(10).elementsEqual(text.utf8.prefix(10)) else { return nil }
    }
}
