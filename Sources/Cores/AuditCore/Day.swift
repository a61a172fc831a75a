/// A day of the calendar, in UTC.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    private static let milliseconds: Int64 = 86_400_000

    /// Days since 1970-01-01.
    let number: Int32

    /// The day of a moment.
    package init(of time: Timestamp) {
        let (days, rest) = time.milliseconds.quotientAndRemainder(dividingBy: Self.milliseconds)
        number = Int32(clamping: rest < 0 ? days - 1 : days)
    }

    /// Reads `2026-12-24`; nil for anything else, and for days that the calendar does not have.
    package init?(_ text: String) {
        guard let time = Timestamp(sqlText: text + " 00:00:00"), time.description.hasPrefix(text + "T") else {
            return nil
        }
        self.init(of: time)
    }

    /// The day so many days later.
    package func advanced(by days: Int) -> Day {
        Day(of: Timestamp(milliseconds: (Int64(number) + Int64(days)) * Self.milliseconds))
    }

    /// Whether the day is over.
    ///
    /// - Complexity: A multiplication and a comparison.
    package func isOver(at time: Timestamp) -> Bool { time.milliseconds >= (Int64(number) + 1) * Self.milliseconds }

    /// Earlier comes first.
    package static func < (one: Day, other: Day) -> Bool { one.number < other.number }

    /// `2026-12-24`.
    package var description: String {
        String(Timestamp(milliseconds: Int64(number) * Self.milliseconds).description.prefix { $0 != "T" })
    }
}
