internal import CoreMetrics
internal import Synchronization

/// A histogram: two atomic additions for each observation, no lock.
///
/// Somebody who reads meanwhile may see an observation in the buckets and not yet in the sum. The count is the sum of
/// the buckets, so that these two always agree.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    /// A box, because an array cannot hold atomics.
    private final class Cell: Sendable {
        let count = Atomic<UInt64>(0)
    }

    private let bounds: [Double]
    /// One for each bound, and one for what is above the last.
    private let cells: [Cell]
    private let sum = AtomicDouble()

    /// - Parameter bounds: In ascending order.
    init(bounds: [Double]) {
        self.bounds = bounds
        cells = (0...bounds.count).map { _ in Cell() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    /// Counts an observation; one that is no finite number is left out.
    ///
    /// - Complexity: Linear in the number of buckets; some 10 ns.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        cells[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    func write(_ name: String, _ labels: String, into text: inout ExpositionText) {
        let separator = labels.isEmpty ? "" : ","
        var total: UInt64 = 0
        for (index, cell) in cells.enumerated() {
            total += cell.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? bounds[index] : .infinity
            text.line(
                name + "_bucket", labels + separator + "le=\"\(ExpositionText.number(bound))\"", Double(total))
        }
        text.line(name + "_sum", labels, sum.value)
        text.line(name + "_count", labels, Double(total))
    }
}
