import CoreMetrics
import Testing

@testable import PrometheusMetrics

@Suite(.timeLimit(.minutes(1)))
struct RegistryTests {
    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test func `counters, gauges and histograms are written as the format wants`() {
        let registry = PrometheusRegistry([
            MetricFamily("b_total", .counter, "Things \\ counted.\nTwice."),
            MetricFamily("c_seconds", .histogram(buckets: [0.1, 1]), "Time."),
        ])
        Counter(label: "b_total", dimensions: [("kind", "x")], factory: registry).increment(by: 3)
        Meter(label: "a", factory: registry).set(1.5)
        let timer = CoreMetrics.Timer(label: "c_seconds", dimensions: [("z", "1"), ("a", "2")], factory: registry)
        for milliseconds in [50, 100, 500, 5000] { timer.recordMilliseconds(milliseconds) }
        #expect(
            lines(registry.text()) == [
                "# HELP a ", "# TYPE a gauge", "a 1.5",
                #"# HELP b_total Things \\ counted.\nTwice."#, "# TYPE b_total counter", #"b_total{kind="x"} 3"#,
                "# HELP c_seconds Time.", "# TYPE c_seconds histogram",
                #"c_seconds_bucket{a="2",z="1",le="0.1"} 2"#, #"c_seconds_bucket{a="2",z="1",le="1"} 3"#,
                #"c_seconds_bucket{a="2",z="1",le="+Inf"} 4"#, #"c_seconds_sum{a="2",z="1"} 5.65"#,
                #"c_seconds_count{a="2",z="1"} 4"#,
            ])
    }

    @Test func `what has no series yet is announced all the same`() {
        let registry = PrometheusRegistry([MetricFamily("x_total", .counter, "X.")])
        #expect(registry.text() == "# HELP x_total X.\n# TYPE x_total counter\n")
    }

    @Test(arguments: [
        ("a\"b", #"a\"b"#), ("a\\b", #"a\\b"#), ("a\nb", #"a\nb"#), ("\\n", #"\\n"#), ("ü,}{=\u{1}", "ü,}{=\u{1}"),
        ("", ""),
    ])
    func `label values are escaped`(value: String, escaped: String) {
        let registry = PrometheusRegistry()
        Counter(label: "x_total", dimensions: [("name", value)], factory: registry).increment()
        #expect(lines(registry.text()).last == "x_total{name=\"\(escaped)\"} 1")
    }

    @Test func `names that Prometheus does not allow become allowed ones`() {
        let registry = PrometheusRegistry()
        Counter(label: "http.server-requests", dimensions: [("1st.label", "a"), ("", "b")], factory: registry)
            .increment()
        Recorder(label: "ns:ö", dimensions: [("le", "7")], factory: registry).record(3)
        let text = registry.text()
        #expect(text.contains(#"http_server_requests{_="b",_1st_label="a"} 1"#))
        #expect(text.contains(#"ns:___bucket{le_="7",le="+Inf"} 1"#))
    }

    @Test(arguments: [
        (0.0, "0"), (-3, "-3"), (0.1, "0.1"), (1e-7, "1e-07"), (1e20, "1e+20"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"),
        (.nan, "NaN"),
    ])
    func `numbers are spelled as the format wants`(value: Double, spelled: String) {
        #expect(ExpositionText.number(value) == spelled)
    }

    @Test func `the same name and labels are one series, in whatever order the labels come`() {
        let registry = PrometheusRegistry()
        Counter(label: "x_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "x_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(lines(registry.text()).last == #"x_total{a="1",b="2"} 2"#)
    }

    @Test func `label values beyond the bound share one series`() {
        let registry = PrometheusRegistry([MetricFamily("x_total", .counter, "", seriesLimit: 3)])
        for number in 0..<1000 {
            Counter(label: "x_total", dimensions: [("user", "\(number)")], factory: registry).increment()
        }
        let series = lines(registry.text()).dropFirst(2)
        #expect(
            series == [
                #"x_total{user="0"} 1"#, #"x_total{user="1"} 1"#, #"x_total{user="2"} 1"#,
                #"x_total{user="other"} 997"#,
            ])
        let samples = (0..<10).map { MetricSample(MetricFamily("y", .gauge, "", seriesLimit: 3), $0, [("n", "\($0)")]) }
        #expect(lines(registry.text(with: samples)).count { $0.hasPrefix("y{") } == 3)
    }

    @Test func `names are bounded, and a name keeps its kind`() {
        let registry = PrometheusRegistry([MetricFamily("known", .gauge, "")])
        for number in 0..<2000 { Counter(label: "n\(number)", factory: registry).increment() }
        Counter(label: "known", factory: registry).increment()
        #expect(lines(registry.text()).count { $0.hasPrefix("# TYPE") } == PrometheusRegistry.familyLimit)
        #expect(!registry.text().contains("\nknown "))
    }

    @Test func `a histogram's bounds are inclusive, and numbers that are none are left out`() {
        let histogram = HistogramSeries(bounds: [1, 2])
        for value in [-1, 1, 1.0000001, 2, 3, .infinity, .nan] { histogram.record(value) }
        var text = ExpositionText()
        histogram.write("h", "", into: &text)
        #expect(
            lines(text.text).prefix(3) == [#"h_bucket{le="1"} 2"#, #"h_bucket{le="2"} 4"#, #"h_bucket{le="+Inf"} 5"#])
        #expect(text.text.hasSuffix("h_count 5\n"))
    }

    @Test func `a counter never goes down, and what is destroyed is gone`() {
        let registry = PrometheusRegistry()
        let handler = registry.makeCounter(label: "x_total", dimensions: [])
        handler.increment(by: 5)
        handler.increment(by: -7)
        #expect(lines(registry.text()).last == "x_total 5")
        registry.destroyCounter(handler)
        #expect(!registry.text().contains("x_total 5"))
        Counter(label: "x_total", factory: registry).increment()
        #expect(lines(registry.text()).last == "x_total 1")
    }

    @Test func `samples stand beside what was counted, each labels once`() {
        let registry = PrometheusRegistry()
        Counter(label: "x_total", dimensions: [("a", "1")], factory: registry).increment()
        let family = MetricFamily("x_total", .counter, "X.")
        let text = registry.text(with: [
            MetricSample(family, 7, [("a", "1")]), MetricSample(family, 8, [("a", "2")]),
            MetricSample(family, 9, [("a", "2")]),
            MetricSample(MetricFamily("x_total", .gauge, ""), 1),
        ])
        #expect(lines(text).dropFirst(2) == [#"x_total{a="1"} 1"#, #"x_total{a="2"} 8"#])
    }

    @Test func `nothing is lost when many count at once while others read`() async {
        let registry = PrometheusRegistry()
        let (tasks, times) = (8, 20_000)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    let counter = Counter(label: "c_total", factory: registry)
                    let recorder = Recorder(label: "h", factory: registry)
                    let gauge = Meter(label: "g", factory: registry)
                    for time in 0..<times {
                        counter.increment()
                        recorder.record(task % 2)
                        gauge.increment()
                        if time % 5000 == 0 { #expect(registry.text().contains("c_total")) }
                    }
                }
            }
        }
        let text = registry.text()
        for line in [
            "c_total \(tasks * times)", "h_count \(tasks * times)", "h_sum \(tasks * times / 2)", "g \(tasks * times)",
        ] {
            #expect(text.contains("\n\(line)\n"))
        }
    }
}
