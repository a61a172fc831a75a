import AuditCore
import CoreMetrics
import PrometheusMetrics

/// Counts alarms, and what became of telling them.
struct AlarmMetrics: Sendable {
    /// How something is done about an alarm.
    enum Channel: String, Sendable, CaseIterable { case mail, webhook, suspension }
    /// What came of it.
    enum Outcome: String, Sendable, CaseIterable { case delivered, failed, dropped }

    private struct Telling: Hashable {
        var channel: Channel
        var outcome: Outcome
    }

    private let alarms: InstrumentTable<AlarmKind, Counter>
    private let tellings: InstrumentTable<Telling, Counter>

    /// Has a counter for each kind, and for each way of telling and its outcome.
    init(_ factory: any MetricsFactory) {
        alarms = InstrumentTable(AlarmKind.allCases) {
            Counter(label: MetricFamily.alarms.name, dimensions: [("kind", $0.rawValue)], factory: factory)
        }
        let all = Channel.allCases.flatMap { channel in
            Outcome.allCases.map { Telling(channel: channel, outcome: $0) }
        }
        tellings = InstrumentTable(all) {
            Counter(
                label: MetricFamily.alarmMessages.name,
                dimensions: [("channel", $0.channel.rawValue), ("outcome", $0.outcome.rawValue)], factory: factory)
        }
        alarms.prepare(AlarmKind.allCases)
        tellings.prepare(all)
    }

    /// Counts an alarm.
    func count(_ kind: AlarmKind) { alarms[kind]?.increment() }

    /// Counts what became of one.
    func count(_ channel: Channel, _ outcome: Outcome) {
        tellings[Telling(channel: channel, outcome: outcome)]?.increment()
    }
}
