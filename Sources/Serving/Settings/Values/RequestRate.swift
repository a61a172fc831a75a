/// How often something may be asked (`lookup.rate`): `1/s`, `30/m`, `100/h`.
package struct RequestRate: Sendable, Hashable, CustomStringConvertible {
    /// How many requests are allowed in each interval; from 1.
    package var count: Int
    /// The interval: a second, a minute or an hour.
    package var interval: Duration

    /// So many in each interval.
    package init(_ count: Int, per interval: Duration) {
        self.count = count
        self.interval = interval
    }

    /// Parses `COUNT/UNIT` with the units `s`, `m` and `h`; counts go from 1 to 1,000,000.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let intervals: [Substring: Duration] = ["s": .seconds(1), "m": .seconds(60), "h": .seconds(3600)]
        guard parts.count == 2, let interval = intervals[parts[1]],
            parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int(parts[0]), (1...1_000_000).contains(count)
        else { return nil }
        self.init(count, per: interval)
    }

    /// `30 per 60.0 seconds`.
    package var description: String { "\(count) per \(interval)" }
}
