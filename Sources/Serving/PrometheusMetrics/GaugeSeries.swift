internal import CoreMetrics

/// A gauge: the last value that was set, or the sum of what was added and taken away.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    private let number = AtomicDouble()

    func set(_ value: Int64) { number.set(Double(value)) }
    func set(_ value: Double) { number.set(value) }
    func record(_ value: Int64) { number.set(Double(value)) }
    func record(_ value: Double) { number.set(value) }
    func increment(by amount: Double) { number.add(amount) }
    func decrement(by amount: Double) { number.add(-amount) }

    func write(_ name: String, _ labels: String, into text: inout ExpositionText) {
        text.line(name, labels, number.value)
    }
}
