package import AuditCore

/// Counts logins over time in bars, in bounded memory: when the bars become too many, they become wider.
package struct Timeline: Sendable {
    /// How many logins of each kind a bar has.
    package struct Counts: Sendable, Equatable {
        /// Let in.
        package var allowed = 0
        /// Refused for their place.
        package var denied = 0
        /// Refused for another reason.
        package var failed = 0
        /// All of them.
        package var total: Int { allowed + denied + failed }
    }

    /// One bar.
    package struct Bar: Sendable, Equatable {
        /// When it begins.
        package var start: Timestamp
        /// The logins from then on, until the next bar.
        package var counts: Counts
    }

    /// How wide bars may be, in milliseconds: a minute to a year.
    private static let widths: [Int64] =
        [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2 * 1440, 7 * 1440, 28 * 1440, 364 * 1440].map { $0 * 60_000 }
    private static let boundWhileCounting = 4096

    private var step = 0
    private var bars: [Int64: Counts] = [:]

    /// Nothing yet.
    package init() {}

    /// Counts at a time.
    package mutating func add(_ time: Timestamp, _ change: (inout Counts) -> Void) {
        change(&bars[Self.floor(time.milliseconds, Self.widths[step]), default: Counts()])
        while bars.count > Self.boundWhileCounting, step + 1 < Self.widths.count {
            step += 1
            let width = Self.widths[step]
            bars = Dictionary(bars.map { (Self.floor($0.key, width), $0.value) }, uniquingKeysWith: +)
        }
    }

    /// The bars from `first` to `last`, without gaps.
    ///
    /// - Parameter limit: How many bars there are at most, unless years do not suffice.
    /// - Returns: None if the time is longer than what so many of the widest bars, times ten, can show.
    package func bars(from first: Timestamp, to last: Timestamp, limit: Int) -> (width: Duration, bars: [Bar]) {
        func count(_ width: Int64) -> Int64 {
            (Self.floor(last.milliseconds, width) - Self.floor(first.milliseconds, width)) / width + 1
        }
        let width = Self.widths[step...].first { count($0) <= limit } ?? Self.widths[Self.widths.count - 1]
        guard first <= last, count(width) <= limit * 10 else { return (.milliseconds(width), []) }
        let start = Self.floor(first.milliseconds, width)
        var result = (0..<count(width)).map {
            Bar(start: Timestamp(milliseconds: start + $0 * width), counts: Counts())
        }
        for (time, counts) in bars {
            let index = (Self.floor(time, width) - start) / width
            if result.indices.contains(Int(index)) { result[Int(index)].counts = result[Int(index)].counts + counts }
        }
        return (.milliseconds(width), result)
    }

    private static func floor(_ time: Int64, _ width: Int64) -> Int64 {
        let remainder = time % width
        return time - (remainder < 0 ? remainder + width : remainder)
    }
}

extension Timeline.Counts {
    static func + (one: Self, other: Self) -> Self {
        Self(
            allowed: one.allowed + other.allowed, denied: one.denied + other.denied,
            failed: one.failed + other.failed)
    }
}
