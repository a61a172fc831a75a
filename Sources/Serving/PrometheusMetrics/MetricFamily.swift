/// What a metric is called, what it means, and of which kind it is.
package struct MetricFamily: Sendable, Hashable {
    /// The types of Prometheus that are used here.
    package enum Kind: Sendable, Hashable {
        /// A count that only grows, until the process ends.
        case counter
        /// A number that goes up and down.
        case gauge
        /// How many observations were at most so large: the upper bounds of the buckets, in ascending order, without
        /// `+Inf`. Durations are in seconds.
        case histogram(buckets: [Double])
    }

    /// The buckets of histograms that nobody has described: half a millisecond to ten seconds.
    package static let defaultBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// The name as it is exposed.
    package let name: String
    /// Its type.
    package let kind: Kind
    /// One line for people.
    package let help: String
    /// How many combinations of label values it may have; what comes beyond shares one in which every value is `other`.
    package let seriesLimit: Int

    /// Describes a metric.
    ///
    /// - Parameter name: Characters that Prometheus does not allow become `_`.
    package init(_ name: String, _ kind: Kind, _ help: String, seriesLimit: Int = 200) {
        self.name = ExpositionText.metricName(name)
        self.kind = kind
        self.help = help
        self.seriesLimit = max(1, seriesLimit)
    }

    /// Whether both kinds are of the same type, whatever their buckets.
    func isKind(of other: Kind) -> Bool {
        switch (kind, other) {
        case (.counter, .counter), (.gauge, .gauge), (.histogram, .histogram): true
        case (.counter, _), (.gauge, _), (.histogram, _): false
        }
    }
}
