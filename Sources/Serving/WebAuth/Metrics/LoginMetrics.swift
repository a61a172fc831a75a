package import AppPasswordCore
package import AuditCore
package import CoreMetrics
package import PasswordSchemes
import PrometheusMetrics

/// Counts what becomes of logins, and times the checking of passwords.
package struct LoginMetrics: Sendable {
    private struct Check: Hashable {
        var scheme: HashScheme
        var path: PasswordCheck.Path
    }

    private let decisions: InstrumentTable<LoginLabel, Counter>
    private let matches: InstrumentTable<DenyListKind, Counter>
    private let watched: InstrumentTable<DenyListKind, Counter>
    private let exempted: InstrumentTable<DenyListKind, Counter>
    private let checks: InstrumentTable<Check, Timer>

    /// Has a counter for each decision and each list, and a timer for each scheme and way of checking it.
    package init(_ factory: any MetricsFactory) {
        decisions = InstrumentTable(LoginLabel.all) {
            Counter(
                label: MetricFamily.decisions.name,
                dimensions: [("result", $0.result.rawValue), ("reason", $0.reason)],
                factory: factory)
        }
        func counters(_ family: MetricFamily, _ effect: ListEffect) -> InstrumentTable<DenyListKind, Counter> {
            InstrumentTable(DenyListKind.all(for: effect)) {
                Counter(label: family.name, dimensions: [("list", $0.rawValue)], factory: factory)
            }
        }
        matches = counters(.ruleMatches, .deny)
        watched = counters(.watchMatches, .watch)
        exempted = counters(.allowMatches, .allow)
        let keys = HashScheme.allCases.flatMap { scheme in
            PasswordCheck.Path.allCases.map { Check(scheme: scheme, path: $0) }
        }
        checks = InstrumentTable(keys) {
            Timer(
                label: MetricFamily.passwordVerify.name,
                dimensions: [("scheme", $0.scheme.rawValue), ("path", $0.path.rawValue)], factory: factory)
        }
        decisions.prepare(LoginLabel.all)
        matches.prepare(DenyListKind.allCases)
        watched.prepare(DenyListKind.all(for: .watch))
        exempted.prepare(DenyListKind.all(for: .allow))
    }

    /// Counts what became of a login; for ``LoginEndpoints``.
    @Sendable package func decided(_ label: LoginLabel) { decisions[label]?.increment() }

    /// Counts the list that met; for ``AuditCore/Auditor/Configuration/judged``.
    @Sendable package func judged(_ judgement: Judgement) {
        for outcome in judgement.outcomes where outcome.outcome == .hit { matches[outcome.list]?.increment() }
        // What awaits facts comes once more.
        guard !judgement.awaitsFacts else { return }
        if let list = judgement.watched?.list { watched[list]?.increment() }
        if let list = judgement.exemption?.list { exempted[list]?.increment() }
    }

    /// Times a check; for ``PasswordSchemes/HashingVerifier``.
    @Sendable package func verified(_ check: PasswordCheck) {
        checks[Check(scheme: check.scheme, path: check.path)]?.record(check.duration)
    }
}
