package import CoreMetrics
internal import Locks

/// Metrics for Prometheus: a factory for swift-metrics, and their text.
///
/// Instruments made for the same name and labels count together. Metrics that were described have the help and the
/// buckets given there; others may be used as well, up to ``familyLimit`` names. What a client or a library could make
/// grow is bounded: the label values of a metric by ``MetricFamily/seriesLimit``, and a metric beyond the last name, or
/// one whose name has another kind already, counts where nobody reads it. To count takes no lock; to make an instrument
/// takes one, so keep it.
package final class PrometheusRegistry: MetricsFactory {
    /// How many metrics there may be, described ones included.
    package static let familyLimit = 500

    /// What Content-Type ``text(with:)`` is to be sent with.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct Entry {
        let family: MetricFamily
        /// By the text of their labels.
        var series: [String: any Series] = [:]
    }

    private let entries: Mutex<[String: Entry]>

    /// Describes families before they have a value.
    ///
    /// - Parameter families: What is described; of two with the same name the first counts.
    package init(_ families: [MetricFamily] = []) {
        entries = Mutex(
            Dictionary(families.map { ($0.name, Entry(family: $0)) }, uniquingKeysWith: { first, _ in first }))
    }

    /// All metrics in the text format of Prometheus, version 0.0.4, ordered by name.
    ///
    /// - Parameter samples: Numbers that are known elsewhere, shown along with what was counted; a metric that was not
    ///   described is described by its samples. Of two samples with the same labels, and of more than the metric's limit,
    ///   the first count.
    /// - Complexity: Linear in the number of lines; counting goes on meanwhile.
    package func text(with samples: [MetricSample] = []) -> String {
        var entries = entries.withLock { $0 }
        var numbers: [String: [String: Double]] = [:]
        for sample in samples {
            let family = sample.family
            let entry = entries[family.name] ?? Entry(family: family)
            guard entry.family.isKind(of: family.kind) else { continue }
            entries[family.name] = entry
            let labels = ExpositionText.labels(sample.labels.map { ($0.name, $0.value) })
            var known = numbers[family.name, default: [:]]
            guard entry.series[labels] == nil, known[labels] == nil, known.count < family.seriesLimit else { continue }
            known[labels] = sample.value
            numbers[family.name] = known
        }
        var text = ExpositionText()
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            text.head(entry.family)
            for (labels, series) in entry.series.sorted(by: { $0.key < $1.key }) {
                series.write(name, labels, into: &text)
            }
            for (labels, value) in (numbers[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
                text.line(name, labels, value)
            }
        }
        return text.text
    }

    /// Makes a counter, or returns the one there is.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { _ in CounterSeries() }
    }

    /// Makes a gauge, or returns the one there is.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { _ in GaugeSeries() }
    }

    /// Makes a histogram if it aggregates, else a gauge; or returns the one there is.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : series(label, dimensions, .gauge) { _ in GaugeSeries() }
    }

    /// Makes a histogram of seconds, or returns the one there is.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Forgets a counter.
    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Forgets a gauge.
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Forgets a histogram or gauge.
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Forgets a histogram.
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func histogram(_ name: String, _ labels: [(String, String)]) -> HistogramSeries {
        series(name, labels, .histogram(buckets: MetricFamily.defaultBuckets)) { kind in
            guard case .histogram(let buckets) = kind else { return HistogramSeries(bounds: []) }
            return HistogramSeries(bounds: buckets)
        }
    }

    /// Finds or makes a series; one that cannot be exposed is made all the same.
    private func series<Made: Series>(
        _ label: String, _ labels: [(String, String)], _ kind: MetricFamily.Kind, make: (MetricFamily.Kind) -> Made
    ) -> Made {
        let name = ExpositionText.metricName(label)
        return entries.withLock { entries in
            let hasRoom = entries.count < Self.familyLimit
            guard var entry = entries[name] ?? (hasRoom ? Entry(family: MetricFamily(name, kind, "")) : nil),
                entry.family.isKind(of: kind)
            else { return make(kind) }
            let reserved: String? = if case .histogram = kind { "le" } else { nil }
            var key = ExpositionText.labels(labels, reserved: reserved)
            if entry.series[key] == nil, entry.series.count >= entry.family.seriesLimit {
                key = ExpositionText.labels(labels.map { ($0.0, "other") }, reserved: reserved)
            }
            if let made = entry.series[key] as? Made { return made }
            let made = make(entry.family.kind)
            entry.series[key] = made
            entries[name] = entry
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        entries.withLock { entries in
            for (name, entry) in entries {
                for (labels, series) in entry.series where series === handler { entries[name]?.series[labels] = nil }
            }
        }
    }
}
