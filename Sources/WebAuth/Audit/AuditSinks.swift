import AuditCore
import Logging
import Settings

/// The sinks that the settings name.
enum AuditSinks {
    /// Makes the sinks; none of them touches a file before its first record.
    static func open(_ settings: Settings, logger: Logger) -> [any AuditSink] {
        settings.audit.sinks.map { sink in
            switch sink {
            case .stderr: return StandardErrorSink()
            case .jsonl(let path): return JSONLinesSink(path: path.resolved)
            case .journal:
                logger.warning("audit records go to standard error: this version cannot write to the journal yet")
                return StandardErrorSink()
            }
        }
    }
}
