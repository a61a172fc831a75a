import AuditCore
import GeoIP
import LoginSpool
import Locks
import MariaDBStore

/// Asks every back end whether it can be asked.
///
/// Anybody may want to know, without a token: so there is one check at a time, and its report is for all who ask within the
/// second after it. What logins need of the back ends is never taken by more than that.
final class Health: Sendable {
    private let live: LiveSnapshot
    private let recorder: SpooledLoginRecorder
    private let trail: AuditTrail
    private let listTrouble: @Sendable () -> String
    private let shared: SharedState
    private let turn = AsyncTurn()
    private let latest = Mutex<(report: Readiness, time: ContinuousClock.Instant)?>(nil)
    private let isStopping = Mutex(false)

    /// Reports on the back ends of the snapshot in force, the spool and the sinks.
    ///
    /// - Parameter listTrouble: Why what the source of lists has is not in force, in a word; empty: it is.
    init(
        live: LiveSnapshot, recorder: SpooledLoginRecorder, trail: AuditTrail, shared: SharedState,
        listTrouble: @escaping @Sendable () -> String
    ) {
        (self.live, self.shared) = (live, shared)
        self.listTrouble = listTrouble
        self.recorder = recorder
        self.trail = trail
    }

    /// From now on the service is not ready, whatever its back ends say: it is about to end.
    func stop() { isStopping.withLock { $0 = true } }

    /// What there is to say, at most a second old.
    func check() async -> Readiness {
        var report = await recentReport()
        if isStopping.withLock({ $0 }) {
            report.isReady = false
            report.lines.insert("service: stopping", at: 0)
        }
        return report
    }

    private func recentReport() async -> Readiness {
        await turn.take()
        defer { turn.pass() }
        if let (report, time) = latest.withLock({ $0 }), ContinuousClock.now - time < .seconds(1) { return report }
        let report = await ask()
        latest.withLock { $0 = (report, .now) }
        return report
    }

    private func ask() async -> Readiness {
        let snapshot = live.current
        var report = Readiness(isReady: true, lines: [])
        for (name, trouble) in await BackEndQuestion.ask(snapshot.backEnds.questions) {
            if trouble != nil { report.isReady = false }
            report.backEnds.append((name, trouble == nil))
            report.lines.append("\(name): \(trouble?.kind ?? "ok")")
        }
        if let replica = snapshot.backEnds.database.replica?() { report.lines.append("replica: \(replica.words)") }
        report.lines += snapshot.backEnds.lookups.statusLines + shared.statusLines
        report.lines += (snapshot.backEnds.geo?.databases ?? []).map { $0.statusLine(at: .now) }
        if snapshot.lists != nil {
            let trouble = listTrouble()
            report.lines.append("lists source: \(trouble.isEmpty ? "ok" : trouble)")
        }
        let spool = recorder.statistics
        report.lines.append(
            "spool: \(spool.lost == 0 ? "ok" : "has lost \(spool.lost) records") (\(spool.waiting) waiting)")
        for (sink, written, lost) in trail.counts {
            report.lines.append("audit \(sink): \(lost == 0 ? "ok" : "has lost \(lost) records") (\(written) written)")
        }
        return report
    }
}

extension ReplicaStatus {
    /// For anybody: whether logins are read there.
    fileprivate var words: String {
        switch isRead {
        case true?: "ok"
        case false?: "not read"
        case nil: "not asked yet"
        }
    }
}
