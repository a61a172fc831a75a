import CoreMetrics
import PrometheusMetrics

/// Counts looks at the source of lists, by what came of them.
struct ListLookMetrics: Sendable {
    let unchanged: Counter
    let taken: Counter
    let refused: Counter
    let unavailable: Counter

    /// Has a counter for each way in which a look may come out.
    init(_ factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            Counter(label: MetricFamily.listsLooks.name, dimensions: [("outcome", outcome)], factory: factory)
        }
        (unchanged, taken) = (counter("unchanged"), counter("taken"))
        (refused, unavailable) = (counter("refused"), counter("unavailable"))
    }
}
