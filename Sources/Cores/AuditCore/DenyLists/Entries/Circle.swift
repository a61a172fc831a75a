/// A line of the coordinates list: a circle on the globe, and how far a client must be in it.
///
/// A client is known to be in a circle of its own, around MaxMind's point with MaxMind's accuracy radius. The *overlap*
/// is how deep the two reach into each other on the line between their centres: radius + accuracy radius − distance. The
/// entry applies if overlap / accuracy radius is more than ``overlap``: with 0 the circles need only touch, with 1 the
/// client's point must lie in the listed circle, with 2 its whole circle must. Without an accuracy radius the point must
/// lie in the listed circle.
struct Circle: Sendable {
    /// The centre, on the unit sphere.
    let center: SIMD3<Double>
    /// Kilometres.
    let radius: Double
    /// What overlap / accuracy radius must be above: 0 or more.
    let overlap: Double
    /// Line number, from 1.
    let line: UInt32
    /// The last day on which it meets anybody; nil if it lasts.
    let lastDay: Day?

    /// Whether the entry applies to a client at `point` with an accuracy radius of so many kilometres.
    func holds(_ point: SIMD3<Double>, accuracy: Double) -> Bool {
        // distance < radius + accuracy follows from this, for overlap is never negative.
        GreatCircle.kilometres(center, point) < radius + (1 - overlap) * accuracy
    }
}
