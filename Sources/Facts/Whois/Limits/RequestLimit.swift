/// How often one server may be asked.
package struct RequestLimit: Sendable, Equatable {
    /// The pause between two questions in the long run.
    package var spacing: Duration
    /// How many questions may come at once after a long silence; from 1.
    package var burst: Int

    /// So many questions in each interval, and ten times as many at once after a silence.
    ///
    /// - Parameters:
    ///   - count: From 1.
    ///   - interval: Longer than nothing.
    package init(_ count: Int, per interval: Duration) {
        self.init(spacing: interval / max(1, count), burst: max(1, count) * 10)
    }

    private init(spacing: Duration, burst: Int) { (self.spacing, self.burst) = (spacing, burst) }

    /// What may be asked for one account: half of this, so that no account by itself keeps the others from asking.
    var share: RequestLimit { RequestLimit(spacing: spacing * 2, burst: max(1, burst / 2)) }

    /// A tenth of this: what a registry with strict limits is asked.
    package var tenth: RequestLimit { RequestLimit(spacing: spacing * 10, burst: max(1, burst / 10)) }
}
