import AppPasswordCore
import AuditCore
package import CoreMetrics
import PrometheusMetrics

/// Counts and times lookups, by who answered.
package struct LookupMetrics: Sendable {
    private struct Key: Hashable {
        var source: String
        var outcome: String
    }

    /// Who may answer; `network` and `origin` stand for lookups that nobody answered.
    private static let sources =
        [FactSource.dns, .rdap, .whois, .cymruDNS, .cymruWhois, .maxmind, .cache, .reserved, .local].map(\.description)
        + ["network", "origin", "database", "directory", "other"]
    /// How a lookup may come out; other trouble is `unavailable`.
    private static let outcomes = ["known", "absent", "unavailable"] + troubles.values.sorted()
    private static let troubles: [String: String] = {
        let lookups: [LookupError.Code] = [
            .timedOut, .unreachable, .malformed, .rateLimited, .unreadable, .notConfigured, .offline, .overloaded,
        ]
        let names = lookups.map(\.name) + [BackendError.Code.refused.name]
        return Dictionary(
            names.map { ($0, String($0.map { $0 == " " ? "_" : $0 })) }, uniquingKeysWith: { first, _ in first })
    }()

    private let lookups: InstrumentTable<Key, Counter>
    private let durations: InstrumentTable<String, Timer>

    /// Has a counter for each source and outcome.
    package init(_ factory: any MetricsFactory) {
        let keys = Self.sources.flatMap { source in Self.outcomes.map { Key(source: source, outcome: $0) } }
        lookups = InstrumentTable(keys) {
            Counter(
                label: MetricFamily.lookups.name, dimensions: [("source", $0.source), ("outcome", $0.outcome)],
                factory: factory)
        }
        durations = InstrumentTable(Self.sources) {
            Timer(label: MetricFamily.lookupDuration.name, dimensions: [("source", $0)], factory: factory)
        }
    }

    /// Counts a lookup of a fact.
    ///
    /// - Parameter nobody: The source's name if the answer names none, as when none could be asked.
    func note<Value>(_ answer: Sourced<Value>, nobody: String, since start: ContinuousClock.Instant) {
        let outcome =
            switch answer.fact {
            case .known: "known"
            case .absent: "absent"
            case .unavailable(let error): Self.troubles[error.code.name] ?? "unavailable"
            }
        note(answer.source == .none ? nobody : answer.source.description, outcome, since: start)
    }

    /// Counts a question to a back end.
    func note(_ source: String, _ outcome: Outcome, since start: ContinuousClock.Instant) {
        switch outcome {
        case .known: note(source, "known", since: start)
        case .absent: note(source, "absent", since: start)
        case .failed(let error): note(source, Self.troubles[error.code.name] ?? "unavailable", since: start)
        }
    }

    /// How a question to a back end came out.
    enum Outcome {
        case known
        case absent
        case failed(BackendError)
    }

    private func note(_ source: String, _ outcome: String, since start: ContinuousClock.Instant) {
        let source = durations[source] == nil ? "other" : source
        lookups[Key(source: source, outcome: outcome)]?.increment()
        durations[source]?.record(.now - start)
    }
}
