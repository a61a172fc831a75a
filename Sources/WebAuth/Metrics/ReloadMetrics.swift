import CoreMetrics
import PrometheusMetrics

extension Reloader.Counters {
    /// Has a counter for each way in which a guarded reload may come out.
    init(_ factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            Counter(label: MetricFamily.guardedReloads.name, dimensions: [("outcome", outcome)], factory: factory)
        }
        self.init(refused: counter("refused"), forced: counter("forced"))
    }
}
