/// Where audit records go (`audit.sinks`).
package enum AuditSinkSetting: Sendable, Hashable {
    /// The systemd journal.
    case journal
    /// A file with one JSON object a line: `jsonl:/path`.
    case jsonl(SettingsPath)
    /// Standard error.
    case stderr
}
