/// A number that is known elsewhere and looked up only when somebody asks for the metrics.
package struct MetricSample: Sendable {
    /// The metric: a counter or a gauge.
    package let family: MetricFamily
    /// Its labels.
    package let labels: [(name: String, value: String)]
    /// The number now.
    package let value: Double

    /// A value of a family, told from its others by labels.
    package init(_ family: MetricFamily, _ value: Double, _ labels: [(name: String, value: String)] = []) {
        self.family = family
        self.labels = labels
        self.value = value
    }

    /// Makes a sample of a whole number.
    package init(_ family: MetricFamily, _ value: some BinaryInteger, _ labels: [(name: String, value: String)] = []) {
        self.init(family, Double(value), labels)
    }
}
