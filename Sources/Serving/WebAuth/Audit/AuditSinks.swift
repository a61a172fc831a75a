import AuditCore
import FileAuditSinks
import Logging
import Settings
import SystemdJournal

/// The sinks that the settings name.
enum AuditSinks {
    /// Makes the sinks; none of them touches a file before its first record.
    ///
    /// Where journald does not listen, standard error stands in for it until settings are read again.
    static func open(_ settings: Settings, logger: Logger) -> [any AuditSink] {
        let isJournalMissing = settings.audit.sinks.contains(.journal) && !JournalSink.isAvailable
        if isJournalMissing {
            logger.error("journald does not listen: audit records go to standard error")
        }
        var sinks = settings.audit.sinks.filter { !isJournalMissing || $0 != .journal }
        if isJournalMissing, !sinks.contains(.stderr) { sinks.append(.stderr) }
        return sinks.map { sink in
            switch sink {
            case .stderr: StandardErrorSink()
            case .jsonl(let path): JSONLinesSink(path: path.resolved)
            case .journal: JournalSink()
            }
        }
    }
}
