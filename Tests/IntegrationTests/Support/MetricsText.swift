import Foundation
import TestServers
import Testing

/// `/metrics` as Prometheus's own parser reads it.
struct MetricsText {
    struct Sample: Decodable, Equatable {
        var name: String
        var labels: [String: String]
        var value: Double
    }
    struct Family: Decodable {
        var name: String
        var type: String
        var help: String
        var samples: [Sample]
    }

    let text: String
    let families: [Family]

    /// Whether the parser is there, or this is CI, where its absence is a failure.
    static let canParse = InstalledServers.has("promtool")
    static let parserMissing = "metrics are not parsed: apt-get install prometheus python3-prometheus-client"

    /// Parses with `prometheus_client.parser`; anything it does not take is an error.
    init(_ text: String) throws {
        self.text = text
        let script = """
            import sys, json
            from prometheus_client.parser import text_string_to_metric_families as parse
            print(json.dumps([{"name": f.name, "type": f.type, "help": f.documentation, "samples":
                [{"name": s.name, "labels": s.labels, "value": s.value} for s in f.samples]}
                for f in parse(sys.stdin.read())]))
            """
        let result = try Tool.run("/usr/bin/python3", ["-c", script], input: text)
        try #require(result.status == 0, "\(result.errors)")
        families = try JSONDecoder().decode([Family].self, from: Data(result.output.utf8))
    }

    /// The value of a sample; nil if there is none with just these labels.
    subscript(name: String, labels: [String: String]) -> Double? {
        families.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    /// What a metric is called on the wire: a counter with `_total`, a histogram with its three suffixes.
    var names: Set<String> {
        var names: Set<String> = []
        for family in families {
            switch family.type {
            case "counter": names.insert(family.name.hasSuffix("_total") ? family.name : family.name + "_total")
            case "histogram": for suffix in ["_bucket", "_sum", "_count"] { names.insert(family.name + suffix) }
            default: names.insert(family.name)
            }
        }
        return names
    }
}
