import AppPasswordCore
import AuditCore
import LDAPDirectory
import LoginSpool

/// Asks every back end whether it can be asked.
struct Health: Sendable {
    /// What came out.
    struct Report: Sendable {
        var isReady: Bool
        /// One for each back end: `database: ok`.
        var lines: [String]
    }

    let live: LiveSnapshot
    let recorder: SpooledLoginRecorder
    let trail: AuditTrail

    /// Asks both side by side: the database for a name that nobody has, the directory for its base (never its cache).
    func check() async -> Report {
        let snapshot = live.current
        async let database = trouble { () async throws(BackendError) in _ = try await snapshot.backEnds.database.passwords.passwords(of: "") }
        async let directory = trouble { () async throws(BackendError) in
            try await snapshot.backEnds.directory?.ping()
        }
        var report = Report(isReady: true, lines: [])
        report.add("database", await database)
        if snapshot.backEnds.directory != nil { report.add("directory", await directory) }
        let spool = recorder.statistics
        report.lines.append("spool: \(spool.lost == 0 ? "ok" : "has lost \(spool.lost) records") (\(spool.waiting) waiting)")
        for (sink, written, lost) in trail.counts {
            report.lines.append("audit \(sink): \(lost == 0 ? "ok" : "has lost \(lost) records") (\(written) written)")
        }
        return report
    }

    private func trouble(_ ask: () async throws(BackendError) -> Void) async -> BackendError? {
        do throws(BackendError) { try await ask() } catch { return error }
        return nil
    }
}

extension Health.Report {
    fileprivate mutating func add(_ name: String, _ trouble: BackendError?) {
        if trouble != nil { isReady = false }
        lines.append("\(name): \(trouble?.code.name ?? "ok")")
    }
}
