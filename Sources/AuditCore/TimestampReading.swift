extension Timestamp {
    /// Reads a UTC `DATETIME` as MariaDB and SQLite write it: `2026-11-23 17:15:41.123`, with up to six decimals or
    /// none, `T` for the blank, a final `Z`; nil for anything else, `0000-00-00 00:00:00` too.
    public init?(sqlText text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        if rest.last == UInt8(ascii: "Z") { rest.removeLast() }
        func number(_ digits: Int, before separator: Unicode.Scalar?) -> Int64? {
            guard rest.count >= digits else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                guard let byte = rest.popFirst(), (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            guard let separator else { return value }
            guard let byte = rest.popFirst() else { return nil }
            return byte == UInt8(ascii: separator) || (separator == " " && byte == UInt8(ascii: "T")) ? value : nil
        }
        guard let year = number(4, before: "-"), let month = number(2, before: "-"), (1...12).contains(month),
            let day = number(2, before: " "), (1...31).contains(day),
            let hour = number(2, before: ":"), hour < 24, let minute = number(2, before: ":"), minute < 60,
            let second = number(2, before: nil), second < 60
        else { return nil }
        var fraction: Int64 = 0
        if let point = rest.popFirst() {
            guard point == UInt8(ascii: "."), (1...6).contains(rest.count) else { return nil }
            var weight: Int64 = 100
            for byte in rest {
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
        self.init(milliseconds: seconds * 1000 + fraction)
    }
}
