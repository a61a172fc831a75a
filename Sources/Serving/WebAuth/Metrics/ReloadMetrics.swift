import CoreMetrics
import PrometheusMetrics

/// Counts what came of reloads that would have refused too many.
struct ReloadMetrics: Sendable {
    let refused: Counter
    let forced: Counter

    /// Has a counter for each way in which a guarded reload may come out.
    init(_ factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            Counter(label: MetricFamily.guardedReloads.name, dimensions: [("outcome", outcome)], factory: factory)
        }
        (refused, forced) = (counter("refused"), counter("forced"))
    }
}
