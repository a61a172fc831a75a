import CoreMetrics
import PrometheusMetrics

extension Reloader.Counters {
    /// Makes the instruments.
    init(_ factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            Counter(label: MetricFamily.guardedReloads.name, dimensions: [("outcome", outcome)], factory: factory)
        }
        self.init(refused: counter("refused"), forced: counter("forced"))
    }
}
