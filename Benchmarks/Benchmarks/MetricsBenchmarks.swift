import AppPasswordCore
import AuditCore
import CoreMetrics
import PasswordSchemes
import PrometheusMetrics
import WebAuth

/// A source that knows at once.
private struct ConstantGeo: GeoSource {
    func place(of address: IPAddress) -> Sourced<GeoFacts> { Sourced(.absent, source: .maxmind) }
}

/// What counting costs: one instrument, and all that one login counts.
func metricsBenchmarks(_ suite: Suite) {
    let registry = PrometheusRegistry()
    let counter = Counter(label: "benchmark_total", dimensions: [("kind", "x")], factory: registry)
    let timer = CoreMetrics.Timer(label: "benchmark_seconds", factory: registry)
    suite.measure("metrics.counter.increment") { repeats in
        for _ in 0..<repeats { counter.increment() }
    }
    suite.measure("metrics.timer.record") { repeats in
        for number in 0..<repeats { timer.recordNanoseconds(number & 0xFFFFFF) }
    }
    let requests = RequestMetrics(registry, endpoints: ["/auth", "/audit", "/livez"])
    let logins = LoginMetrics(registry)
    let sources = FactSources(geo: ConstantGeo()).metered(LookupMetrics(registry))
    let outcomes = DenyListKind.allCases.map { RuleOutcome(list: $0, outcome: .pass) }
    let judgement = Judgement(verdict: .allow, outcomes: outcomes)
    let allowed = LoginOutcome.success(passwordID: 1).row().label
    guard let address = IPAddress("192.0.2.1"), let geo = sources.geo else { return }
    // As the server does it for a known client: its password, a lookup of its account, one of its rows and one of its
    // place, the judgement, the decision, the request.
    suite.measure("metrics.login") { repeats in
        for _ in 0..<repeats {
            for _ in 0..<3 { precondition(geo.place(of: address).value == nil) }
            let start = ContinuousClock.now
            logins.verified(PasswordCheck(scheme: .sha512Crypt, path: .cache, duration: .now - start))
            logins.judged(judgement)
            logins.decided(allowed)
            requests.answered("/auth", 200, .microseconds(140))
        }
    }
    suite.measure("metrics.text") { repeats in
        for _ in 0..<repeats { precondition(registry.text().utf8.count > 1000) }
    }
}
