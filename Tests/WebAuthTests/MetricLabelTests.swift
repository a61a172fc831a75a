import AppPasswordCore
import AuditCore
import AuditCoreTesting
import PasswordSchemes
import PrometheusMetrics
import Testing
import WebAuth

/// What the metrics of the service may be labelled with, whatever clients and upstreams send.
struct MetricLabelTests {
    private func lines(_ registry: PrometheusRegistry, _ name: String) -> [String] {
        registry.text().split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) && !$0.hasSuffix(" 0") }
    }

    @Test func `paths without a route and unheard-of codes are one value each`() {
        let registry = PrometheusRegistry()
        let metrics = RequestMetrics(registry, endpoints: ["/auth", "/livez"])
        metrics.answered("/auth", 200, .milliseconds(3))
        metrics.answered("/auth", 299, .milliseconds(3))
        for number in 0..<300 { metrics.answered("/\(number)", 404, .milliseconds(3)) }
        for code in 550..<599 { metrics.answered("/livez", code, .milliseconds(3)) }
        #expect(
            lines(registry, "webauth_requests_total") == [
                #"webauth_requests_total{code="200",endpoint="/auth"} 1"#,
                #"webauth_requests_total{code="404",endpoint="unknown"} 300"#,
                #"webauth_requests_total{code="other",endpoint="/auth"} 1"#,
                #"webauth_requests_total{code="other",endpoint="/livez"} 49"#,
            ])
        #expect(
            lines(registry, "webauth_request_duration_seconds_count") == [
                #"webauth_request_duration_seconds_count{endpoint="/auth"} 2"#,
                #"webauth_request_duration_seconds_count{endpoint="/livez"} 49"#,
                #"webauth_request_duration_seconds_count{endpoint="unknown"} 300"#,
            ])
    }

    @Test func `a decision is labelled by the list, never by what met`() {
        let registry = PrometheusRegistry()
        let metrics = LoginMetrics(registry)
        let rule = RuleReference(file: "x.lst", line: 3)
        func denied(_ matched: String, _ rule: RuleReference?) -> LoginOutcome {
            .denied(passwordID: 7, Denial(matched: matched, rule: rule, text: "access from Mars is forbidden"))
        }
        metrics.decided(denied("entity:SECRET-RIPE", rule).row().label)
        metrics.decided(denied("unknown", nil).row().label)
        metrics.decided(denied("service", RuleReference(file: "audit.disabled_services", line: nil)).row().label)
        metrics.decided(LoginOutcome.unavailable(reason: "database db.example.com is down").row().label)
        metrics.decided(LoginOutcome.refusedNetwork(passwordID: 9).row().label)
        metrics.decided(LoginOutcome.guessLimit.row().label)
        metrics.decided(LoginOutcome.overloaded(reason: "too many wait").row().label)
        metrics.decided(LoginOutcome(.tryLater([.geo])).row().label)
        #expect(
            lines(registry, "webauth_decisions_total") == [
                #"webauth_decisions_total{reason="backend_unavailable",result="unavailable"} 1"#,
                #"webauth_decisions_total{reason="disabled_service",result="deny"} 1"#,
                #"webauth_decisions_total{reason="entities",result="deny"} 1"#,
                #"webauth_decisions_total{reason="guess_limit",result="fail"} 1"#,
                #"webauth_decisions_total{reason="overloaded",result="unavailable"} 1"#,
                #"webauth_decisions_total{reason="refused_network",result="deny"} 1"#,
                #"webauth_decisions_total{reason="undecided",result="unavailable"} 1"#,
                #"webauth_decisions_total{reason="unknown_fact",result="deny"} 1"#,
            ])
    }

    private struct Scripted: GeoSource {
        var source = FactSource.rdap
        var error: LookupError?

        private func answer<Value>(_ value: Value) -> Sourced<Value> {
            error.map { Sourced(.unavailable($0), source: source) } ?? Sourced(.known(value), source: source)
        }
        private func lookup<Value: Sendable>(_ value: Value) -> ScriptedLookup<Value> {
            ScriptedLookup(isHeldUp: true) { _ in answer(value) }
        }
        var sources: FactSources {
            FactSources(
                reverse: lookup("host.example.com"), network: lookup(NetworkFacts(name: "NET")),
                origin: lookup(OriginFacts(asNumbers: [64500])), geo: self)
        }
        func place(of address: IPAddress) -> Sourced<GeoFacts> { answer(GeoFacts()) }
    }

    @Test func `what is held up by our own limits is so behind metrics, too`() throws {
        let sources = Scripted().sources.metered(LookupMetrics(PrometheusRegistry()))
        let address = try #require(IPAddress("192.88.98.7"))
        #expect(sources.reverse?.isHeldUp(address) == true)
        #expect(sources.network?.isHeldUp(address) == true && sources.origin?.isHeldUp(address) == true)
    }

    @Test func `lookups are labelled by who answered, or by what was asked if nobody did`() async throws {
        let registry = PrometheusRegistry()
        let metrics = LookupMetrics(registry)
        let address = try #require(IPAddress("192.88.98.7"))
        func ask(_ scripted: Scripted) async {
            let sources = scripted.sources.metered(metrics)
            let names = await sources.reverse?.fact(about: address)
            let network = await sources.network?.fact(about: address)
            let origin = await sources.origin?.fact(about: address)
            let place = sources.geo?.place(of: address)
            #expect(names?.source == scripted.source && network?.source == scripted.source)
            #expect(origin?.source == scripted.source && place?.source == scripted.source)
        }
        await ask(Scripted(source: .cache))
        await ask(Scripted(source: .none, error: LookupError(.timedOut)))
        await ask(Scripted(source: .rdap, error: LookupError(.rateLimited)))
        await ask(Scripted(source: FactSource("AS64500 of alice"), error: LookupError(.init(name: "odd: 192.88.98.7"))))
        #expect(
            lines(registry, "webauth_lookup_total") == [
                #"webauth_lookup_total{outcome="known",source="cache"} 4"#,
                #"webauth_lookup_total{outcome="rate_limited",source="rdap"} 4"#,
                #"webauth_lookup_total{outcome="timed_out",source="dns"} 1"#,
                #"webauth_lookup_total{outcome="timed_out",source="maxmind"} 1"#,
                #"webauth_lookup_total{outcome="timed_out",source="network"} 1"#,
                #"webauth_lookup_total{outcome="timed_out",source="origin"} 1"#,
                #"webauth_lookup_total{outcome="unavailable",source="other"} 4"#,
            ])
        #expect(!registry.text().contains("alice") && !registry.text().contains("192.88.98.7"))
        #expect(FactSources().metered(metrics).network == nil)
    }

    @Test func `lists that meet are counted, in watch mode too`() {
        let registry = PrometheusRegistry()
        let metrics = LoginMetrics(registry)
        let outcomes = [
            RuleOutcome(list: .ipNetworks, outcome: .pass), RuleOutcome(list: .networkCountry, outcome: .hit),
            RuleOutcome(list: .asNames, outcome: .unknown),
        ]
        let denial = Denial(matched: "net_cc", rule: nil, text: "")
        metrics.judged(Judgement(verdict: .wouldDeny(denial), outcomes: outcomes))
        #expect(lines(registry, "webauth_rule_matches") == [#"webauth_rule_matches_total{list="network_cc"} 1"#])
    }
}
