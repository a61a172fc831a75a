internal import CoreMetrics
internal import Synchronization

/// A metric with one combination of label values.
protocol Series: AnyObject, Sendable {
    /// Writes its lines.
    func write(_ name: String, _ labels: String, into text: inout ExpositionText)
}

/// A counter: one atomic addition for each increment.
final class CounterSeries: Series, CounterHandler {
    private let count = Atomic<Int64>(0)

    /// Adds; a counter never goes down, so negative amounts are left out.
    func increment(by amount: Int64) {
        if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, into text: inout ExpositionText) {
        text.line(name, labels, Double(count.load(ordering: .relaxed)))
    }
}
