/// Finds the first of many circles that holds a point: a tree of bounding boxes around their centres.
///
/// Boxes are drawn in space, not in degrees, so poles and the date line are places like any other.
struct CircleIndex: Sendable {
    private struct Node {
        /// The smallest box around the circles: three coordinates of the centre, and the radius as a chord.
        var lower: SIMD4<Double>
        var upper: SIMD4<Double>
        /// The first line of the circles below.
        var line: UInt32
        /// The circles below.
        var circles: Range<Int>
        /// The two nodes that halve the circles; nil for a leaf.
        var children: (Int, Int)?
    }

    private static let leafSize = 8
    private var circles: [Circle]
    private var nodes: [Node] = []

    /// Orders circles by where they lie.
    ///
    /// - Complexity: n log² n.
    init(_ circles: [Circle]) {
        self.circles = circles
        if !circles.isEmpty { _ = makeNode(circles.indices) }
    }

    /// The line number of the first circle, in file order, that holds a client at `point`.
    ///
    /// - Parameters:
    ///   - accuracy: The client's accuracy radius in kilometres.
    ///   - time: Those that have ended then hold nothing.
    /// - Complexity: Logarithmic for circles that lie apart, linear if most reach the client; no allocation.
    func firstLine(holding point: SIMD3<Double>, accuracy: Double, at time: Timestamp) -> UInt32? {
        var best = UInt32.max
        if !nodes.isEmpty {
            search(0, point, accuracy: accuracy, accuracyChord: GreatCircle.chord(kilometres: accuracy), time, &best)
        }
        return best == .max ? nil : best
    }

    private func search(
        _ index: Int, _ point: SIMD3<Double>, accuracy: Double, accuracyChord: Double, _ time: Timestamp,
        _ best: inout UInt32
    ) {
        let node = nodes[index]
        guard node.line < best else { return }
        // Chords of two arcs are together at least as long as the chord of their sum: nothing is missed.
        let reach = node.upper.w + accuracyChord + 1e-9
        let below = node.lower.center - point
        let above = point - node.upper.center
        let outside = pointwiseMax(pointwiseMax(below, above), .zero)
        guard (outside * outside).sum() <= reach * reach else { return }
        if let (one, other) = node.children {
            search(one, point, accuracy: accuracy, accuracyChord: accuracyChord, time, &best)
            search(other, point, accuracy: accuracy, accuracyChord: accuracyChord, time, &best)
        } else {
            for circle in circles[node.circles] where circle.line < best && circle.holds(point, accuracy: accuracy) {
                if circle.lastDay?.isOver(at: time) != true { best = circle.line }
            }
        }
    }

    /// Makes the node for some circles, splitting them in halves along the direction in which they differ most; the
    /// radius is such a direction too, so that a few huge circles do not widen every box.
    private mutating func makeNode(_ range: Range<Int>) -> Int {
        var (lower, upper, line) = (Self.place(circles[range.lowerBound]), SIMD4<Double>.zero, UInt32.max)
        upper = lower
        for circle in circles[range] {
            lower = pointwiseMin(lower, Self.place(circle))
            upper = pointwiseMax(upper, Self.place(circle))
            line = min(line, circle.line)
        }
        let index = nodes.count
        nodes.append(Node(lower: lower, upper: upper, line: line, circles: range, children: nil))
        guard range.count > Self.leafSize else { return index }
        let extent = upper - lower
        let direction = (0..<4).reduce(0) { extent[$1] > extent[$0] ? $1 : $0 }
        circles[range].sort { Self.place($0)[direction] < Self.place($1)[direction] }
        let middle = (range.lowerBound + range.upperBound) / 2
        nodes[index].children = (makeNode(range.lowerBound..<middle), makeNode(middle..<range.upperBound))
        return index
    }

    private static func place(_ circle: Circle) -> SIMD4<Double> {
        SIMD4(circle.center, GreatCircle.chord(kilometres: circle.radius))
    }
}

extension SIMD4 {
    fileprivate var center: SIMD3<Scalar> { SIMD3(x, y, z) }
}
