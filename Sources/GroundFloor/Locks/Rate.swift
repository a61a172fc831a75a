/// How often something may happen: tokens that come back one by one, of which each time takes one.
///
/// What there is to remember is one moment, at which all tokens will be back (the generic cell rate algorithm of ITU-T I.371);
/// whoever keeps it says how far ahead it is.
package struct Rate: Sendable, Equatable {
    /// How often in a row, at least once.
    package var burst: Int
    /// After that, once in this time.
    package var spacing: Duration

    /// So many at once, then one in each interval.
    package init(burst: Int, spacing: Duration) { (self.burst, self.spacing) = (burst, spacing) }

    /// How long to wait for a token, after those that were taken before it is there; zero if there is one.
    ///
    /// - Parameter rest: How long until all tokens will be back; less than nothing if they are.
    package func wait(untilFull rest: Duration) -> Duration { max(.zero, max(.zero, rest) - spacing * (burst - 1)) }

    /// How long until all tokens will be back once the next one is taken, which may be there after the wait only.
    ///
    /// - Parameter rest: How long until all would be back now.
    package func taking(untilFull rest: Duration) -> Duration { max(.zero, rest) + spacing }
}
