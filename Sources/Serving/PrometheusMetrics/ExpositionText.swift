/// Writes the Prometheus text format, version 0.0.4.
struct ExpositionText {
    private(set) var text = ""

    /// `# HELP` and `# TYPE` of a metric.
    mutating func head(_ family: MetricFamily) {
        let type =
            switch family.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n# TYPE \(family.name) \(type)\n"
    }

    /// One line.
    ///
    /// - Parameter labels: As ``labels(_:)`` made them; may be empty.
    mutating func line(_ name: String, _ labels: String, _ value: Double) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(Self.number(value))\n"
    }

    /// `a="1",b="2"`, ordered by name, so that the same labels are the same text; of one name twice the last counts.
    ///
    /// - Parameter reserved: A name that has another meaning here: `le` in histograms.
    static func labels(_ labels: [(String, String)], reserved: String? = nil) -> String {
        var values: [String: String] = [:]
        for (name, value) in labels {
            let valid = validName(name, allowsColon: false)
            values[valid == reserved ? valid + "_" : valid] = value
        }
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value, quotes: true))\"" }
            .joined(separator: ",")
    }

    /// A name with `_` in place of each character that Prometheus does not allow.
    static func metricName(_ name: String) -> String { validName(name, allowsColon: true) }

    /// Whole numbers without a fraction; `+Inf`, `-Inf`, `NaN`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.rounded() == value && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func validName(_ name: String, allowsColon: Bool) -> String {
        let bytes = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                byte
            case UInt8(ascii: ":") where allowsColon: byte
            default: UInt8(ascii: "_")
            }
        }
        let startsWell = bytes.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        return (startsWell ? "" : "_") + String(decoding: bytes, as: UTF8.self)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += Array(#"\\"#.utf8)
            case UInt8(ascii: "\n"): bytes += Array(#"\n"#.utf8)
            case UInt8(ascii: "\"") where quotes: bytes += Array(#"\""#.utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
