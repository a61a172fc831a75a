/// What the audit trail carries to its sinks.
public enum AuditEntry: Sendable, Equatable {
    /// A login whose password matched, or that `/audit` judged.
    case login(AuditRecord)
    /// A login that failed.
    case failure(FailureRecord)
    /// Lists that were taken into use though they refuse more users than they may.
    case forcedReload(ForcedReload)
    /// An app password whose end is near.
    case passwordEnding(PasswordEnding)
    /// Sessions that were ended, or were not.
    case sessionsEnded(SessionsEnded)
    /// Something about a login that somebody should know.
    case alarm(AlarmRecord)

    /// `SYSLOG_IDENTIFIER` of the journal: `mail-audit` for logins, which old queries count, `mail-auth` for all else.
    public var identifier: String {
        switch self {
        case .login: "mail-audit"
        case .failure, .forcedReload, .passwordEnding, .sessionsEnded, .alarm: "mail-auth"
        }
    }

    /// The line that administrators grep for.
    public var message: String {
        switch self {
        case .login(let record): record.message
        case .failure(let failure): failure.message
        case .forcedReload(let reload): reload.message
        case .passwordEnding(let ending): ending.message
        case .sessionsEnded(let ended): ended.message
        case .alarm(let alarm): alarm.message
        }
    }

    /// `PRIORITY` of syslog.
    public var priority: Int {
        switch self {
        case .login(let record): record.priority
        case .failure(let failure): failure.priority
        case .forcedReload(let reload): reload.priority
        case .passwordEnding(let ending): ending.priority
        case .sessionsEnded(let ended): ended.priority
        case .alarm(let alarm): alarm.priority
        }
    }

    /// The `AUDIT_*` fields.
    public var fields: [AuditField] {
        switch self {
        case .login(let record): record.fields
        case .failure(let failure): failure.fields
        case .forcedReload(let reload): reload.fields
        case .passwordEnding(let ending): ending.fields
        case .sessionsEnded(let ended): ended.fields
        case .alarm(let alarm): alarm.fields
        }
    }

    /// When the login arrived; of what is none, when it happened.
    public var time: Timestamp {
        switch self {
        case .login(let record): record.attempt.time
        case .failure(let failure): failure.time
        case .forcedReload(let reload): reload.time
        case .passwordEnding(let ending): ending.time
        case .sessionsEnded(let ended): ended.time
        case .alarm(let alarm): alarm.time
        }
    }

    /// The entry as one line of JSON, as the jsonl sink writes it: the journal's names in lower case without `AUDIT_`,
    /// typed, with `message`, `priority` and `timestamp` (the login's own time). Only what is no login has an `event`.
    public var jsonLine: String {
        var bytes: [UInt8] = []
        appendJSONLine(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
