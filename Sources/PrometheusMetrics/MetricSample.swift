/// A number that is known elsewhere and looked up only when somebody asks for the metrics.
public struct MetricSample: Sendable {
    /// The metric: a counter or a gauge.
    public let family: MetricFamily
    /// Its labels.
    public let labels: [(name: String, value: String)]
    /// The number now.
    public let value: Double

    /// A value of a family, told from its others by labels.
    public init(_ family: MetricFamily, _ value: Double, _ labels: [(name: String, value: String)] = []) {
        self.family = family
        self.labels = labels
        self.value = value
    }

    /// Makes a sample of a whole number.
    public init(_ family: MetricFamily, _ value: some BinaryInteger, _ labels: [(name: String, value: String)] = []) {
        self.init(family, Double(value), labels)
    }
}
